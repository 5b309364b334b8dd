//! "Setting Up & Connecting Mobilize To Novi AMS" (M), from its first line to its last.
//!
//! | lines | what they say | walked by | |
//! |---|---|---|---|
//! | 1–11 | title, author, what Mobilize is | nothing to walk | |
//! | 12–15 | a Community there holds Groups | `connect::the_two_systems_are_connected` | R85 |
//! | 16–22 | an Enterprise-level account | `connect::an_account_without_the_api_is_told_apart_from_a_wrong_key` | R24 |
//! | 23–34 | the key is made there | `connect::the_two_systems_are_connected`, in the guide | R24 |
//! | 35–36 | key and secret are shown once | `connect::a_lost_key_is_replaced_and_the_links_stay` | R23 |
//! | 37–40 | what to call the key | `connect::the_two_systems_are_connected` | R87 |
//! | 41–53 | typed, tested, saved, connected | `connect::the_two_systems_are_connected` | R20–R22 |
//! | 54–57 | people are recognised by their login | `sign_in::whoever_logs_in_is_known_from_the_group` | R13 |
//! | 58–81 | an SSO client, and where its values go | `sign_in::a_member_logs_in_with_the_association_login` | R1–R8 |
//! | | | `sign_in::a_custom_domain_is_reached_through_the_first_origin` | |
//! | 82–83 | the URL without a slash on the end | `sign_in::a_directory_document_with_a_slash_is_refused` | R10 |
//! | 84–85 | from staging to live | `sign_in::after_launch_the_live_websites_url_is_typed` | R14 |
//! | 86–94 | App ID, App Secret, Post Body, button | `sign_in::a_member_logs_in_with_the_association_login` | R6, R9, R11, R16 |
//! | | | `sign_in::the_second_community_asks_for_no_password` | |
//! | 95–100 | the group is made there first | `groups::a_group_made_as_the_screens_say_can_be_chosen` | R30, R31 |
//! | 101–110 | screen 1: name, no parent | `groups::the_guide_walks_through_the_screens` | R33 |
//! | | | `groups::a_group_made_as_the_screens_say_can_be_chosen` | |
//! | 111–120 | screen 2: Private, no approval, who posts | `groups::the_guide_walks_through_the_screens` | R34–R36 |
//! | | | `groups::a_group_made_as_the_screens_say_can_be_chosen` | |
//! | 121–122 | groups that are not synced | `groups::groups_that_are_not_synced_are_joined_freely` | R37, R66 |
//! | 123–133 | logo, Events, e-mail, registration form: Mobilize's own settings | `groups::the_guide_walks_through_the_screens`, as advice | R38 |
//! | 134–137 | to the section Groups | `linking::a_group_is_linked_on_its_details_tab_and_begins_to_sync` | R30 |
//! | 138–139 | one group there for one here | `linking::one_group_there_goes_with_one_group_here` | R32 |
//! | 140–141 | staging does not sync | `linking::staging_does_not_sync_until_the_operator_says_so` | R72 |
//! | 142–147 | the dropdown; saving begins the sync | `linking::a_group_is_linked_on_its_details_tab_and_begins_to_sync` | R30, R46, R67 |
//! | 148–155 | individuals, with a login | `members::people_with_a_login_are_synced_and_nobody_else` | R49, R50, R54 |
//! | 156–167 | five fields | `members::five_fields_are_sent_and_follow_their_changes` | R55, R57, R58 |
//! | 168–169 | as long as both are true | `members::people_with_a_login_are_synced_and_nobody_else` | R52, R53 |
//! | | | `members::a_deactivated_member_leaves_and_comes_back` | |
//! | 170–171 | added, removed; manual additions | `members::whoever_is_added_or_removed_here_is_there` | R65, R66 |
//! | | | `members::many_removals_at_once_wait_for_an_admins_word` | SEC-Y1 |
//! | | | `members::manual_additions_are_overwritten_and_managers_stay` | |
//! | 172–173 | the columns and the spinner | `status::the_status_is_a_column_of_both_lists` | R76–R78 |
//! | 174–175 | Up To Date, N/A | `status::the_status_is_a_column_of_both_lists` | R79, R80 |
//! | | | `status::up_to_date_is_said_only_of_what_mobilize_confirmed` | |
//! | 176–178 | unlinking | `linking::unlinking_removes_nobody_and_the_group_does` | R47, R48 |
//! | | | `linking::deleting_a_group_is_unlinking_it` | DEC11 |
//! | 179–181 | the Help Center, Contact Us | nothing to walk | |

mod connect;
mod groups;
mod linking;
mod members;
mod sign_in;
mod status;

pub use sign_in::{COMMUNITY, stand_in};
