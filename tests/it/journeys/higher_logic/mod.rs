//! "Novi <> Higher Logic Integration" (H), from its first line to its last.
//!
//! | lines | what they say | walked by | |
//! |---|---|---|---|
//! | 1–11 | title, author, what it is about | nothing to walk | |
//! | 12–14 | Higher Logic is consulted first | `set_up::the_guide_begins_with_higher_logic_and_has_six_steps`; talking to them is the admin's | R84 |
//! | 15–28 | 1. what the Rep sends | `set_up::the_guide_begins_with_higher_logic_and_has_six_steps` | R17, R86 |
//! | 29–32 | 2. API Key and Tenant Code | `set_up::the_api_key_and_the_tenant_code_are_added` | R25 |
//! | 33–42 | 3. three properties | `set_up::properties_are_sent_once_they_are_activated` | R27, R64 |
//! | 43–44 | 4. the connection is on and working | `set_up::the_api_key_and_the_tenant_code_are_added` | R26 |
//! | 45–48 | 5. one login for both websites | `sign_in::a_member_logs_in_to_higher_logic_by_plain_oauth` | R9, R13, R17, R19 |
//! | | | `sign_in::whoever_logs_in_is_the_contact_that_the_sync_sent` | |
//! | 49–50 | the technical worksheet | `sign_in::the_worksheet_holds_all_that_the_rep_needs_but_the_secret` | R18 |
//! | 51–54 | 6. Sync to Higher Logic, of a custom field | `fields::the_option_is_there_once_the_api_key_is_added` | R59, R60 |
//! | | | `fields::a_field_that_is_unticked_is_sent_no_more` | |
//! | 55–58 | only of fields that are shown | `fields::ticked_fields_are_part_of_the_feed_while_they_are_shown` | R61 |
//! | 59–62 | a field "Key" for what was there before | `fields::ticked_fields_are_part_of_the_feed_while_they_are_shown` | R62 |
//! | 63–64 | names need not match | `fields::ticked_fields_are_part_of_the_feed_while_they_are_shown`; the mapping is the Rep's | R63 |
//! | 65–69 | the go-ahead | `set_up::groups_wait_for_the_go_ahead` | R84 |
//! | 70–75 | one group makes one there | `groups::a_group_is_toggled_on_and_makes_its_community` | R41 |
//! | 76–77 | never one that is there already | `groups::a_community_that_is_there_already_is_not_taken_over` | R42 |
//! | 78–79 | name and members change afterwards | `groups::names_and_members_may_change_and_the_sync_goes_on` | R43 |
//! | 80–85 | companies, and people with a login | `members::companies_and_people_with_a_login_are_synced` | R51, R53, R54 |
//! | 86–93 | looked at, toggled on, a type chosen | `groups::a_group_is_toggled_on_and_makes_its_community` | R39, R46 |
//! | 94–95 | the type is final | `groups::the_group_type_is_final_once_saved` | R40 |
//! | 96–99 | Save, top right; the sync begins | `groups::a_group_is_toggled_on_and_makes_its_community` | R39, R67 |
//! | 100–101 | the first hour; then near real-time | `confirm::the_first_hour_is_patient` | R58, R68, R69 |
//! | | | `members::changes_of_people_companies_and_groups_arrive_at_once` | |
//! | 102–103 | the name goes over, once | `groups::a_group_is_toggled_on_and_makes_its_community` | R43, R44 |
//! | | | `groups::names_and_members_may_change_and_the_sync_goes_on` | |
//! | 104–105 | names that do not match | `groups::names_and_members_may_change_and_the_sync_goes_on` | R43 |
//! | 106–107 | deactivation | `members::a_deactivated_record_stays_and_cannot_log_in` | R70, R71 |
//! | 108–111 | the Sync Status on the group's page | `confirm::the_sync_status_is_here_and_pending_refresh_is_there` | R81 |
//! | 112–115 | Sync External Database, pending refresh | `confirm::the_sync_status_is_here_and_pending_refresh_is_there` | R82 |
//! | 116–117 | congratulations | nothing to walk | |
//! | 118–119 | further groups | `groups::further_groups_are_added_one_after_another` | R45 |
//! | 120 | "Did this answer your question?" | nothing to walk | |
//!
//! Nothing is said of switching the sync off; `groups::switching_the_sync_off_removes_nobody`
//! walks what our own page promises.

mod confirm;
mod fields;
mod groups;
mod members;
mod set_up;
mod sign_in;
