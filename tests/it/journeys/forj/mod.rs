//! "How the Forj Community & Novi AMS integration Works" (F), from its first line to its last.
//!
//! | lines | what they say | walked by | |
//! |---|---|---|---|
//! | 1–2 | what the article is about | nothing to walk | |
//! | 3–7 | individuals, with a login | `how::a_record_must_meet_two_criteria` | R49, R50, R54 |
//! | 8–12 | four fields | `how::four_fields_are_sent_and_the_e_mail_says_who_it_is` | R56, R57, DEC1 |
//! | 13 | as long as both are true | `how::a_record_must_meet_two_criteria` | R52, R53 |
//! | 14 | what changes there comes back by a Zap | `how::what_changes_in_forj_community_comes_back_by_a_zap_only` | R29, R73 |
//! | 15–17 | the group is made there first | `groups::the_guide_begins_with_the_group` | R30, R31, R86 |
//! | | | `groups::a_group_can_be_chosen_once_it_is_top_level_and_private` | |
//! | 18–26 | screen 1: name, no parent | `groups::the_guide_begins_with_the_group` | R33 |
//! | | | `groups::a_group_can_be_chosen_once_it_is_top_level_and_private` | |
//! | 27–35 | screen 2: Private, no approval, who posts | `groups::the_guide_begins_with_the_group` | R34–R36 |
//! | | | `groups::a_group_can_be_chosen_once_it_is_top_level_and_private` | |
//! | 36–37 | groups that are not synced | `groups::groups_that_are_not_synced_are_joined_freely` | R37, R66 |
//! | 38 | the Getting Started Guide: Forj Community's own settings | `groups::the_guide_begins_with_the_group`, as advice | R38 |
//! | 39–40 | Account Owner, access to the API | `connect::an_account_without_the_api_is_told_whom_to_ask` | R24 |
//! | 41–51 | the key is made there | `connect::the_two_systems_are_connected`, in the guide | R24 |
//! | 52 | a lost secret | `connect::new_keys_take_the_place_of_lost_ones` | R23 |
//! | 53–55 | what to call the key | `connect::the_two_systems_are_connected` | R87 |
//! | 56–66 | typed, tested, saved, connected | `connect::the_two_systems_are_connected` | R20–R22 |
//! | 67–68 | people are recognised by their login | `mobilize::sign_in::whoever_logs_in_is_known_from_the_group`, the same platform | R13 |
//! | 69–91 | an SSO client, and where its values go | `sign_in::a_member_logs_in_and_a_deactivated_one_does_not` | R1–R8 |
//! | 92–93 | the URL without a slash on the end | `mobilize::sign_in::a_directory_document_with_a_slash_is_refused` | R10 |
//! | 94–96 | from staging to live | `mobilize::sign_in::after_launch_the_live_websites_url_is_typed` | R14 |
//! | 97–103 | App ID, App Secret, Post Body, button | `sign_in::a_member_logs_in_and_a_deactivated_one_does_not` | R6, R11, R16, R71 |
//! | 104–105 | to the section Groups | `sync::a_group_is_linked_on_its_details_tab_and_begins_to_sync` | R30 |
//! | 106 | one group there for one here | `sync::a_group_is_linked_on_its_details_tab_and_begins_to_sync` | R32 |
//! | 107 | staging does not sync | `sync::staging_does_not_sync_until_the_operator_says_so` | R72 |
//! | 108–111 | the dropdown; saving begins the sync | `sync::a_group_is_linked_on_its_details_tab_and_begins_to_sync` | R30, R46, R67 |
//! | 112–113 | added, removed; manual additions | `sync::the_group_here_decides_who_is_in_the_group_there` | R65, R66 |
//! | 114 | the columns and the spinner | `sync::the_status_is_a_column_of_both_lists` | R76–R78 |
//! | 115–116 | Up To Date, N/A | `sync::the_status_is_a_column_of_both_lists` | R79, R80 |
//! | 117 | unlinking | `sync::unlinking_removes_nobody` | R47, R48 |
//! | 118–120 | comments | nothing to walk | |

mod connect;
mod groups;
mod how;
mod sign_in;
mod sync;
