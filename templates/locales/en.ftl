# Every text a person reads, in English.
#
# A message may hold <strong>, <code>, <em> and <span class="soft">, and links to mailto: and tel:,
# where the template asks for it with `rich`. What stands in { $… } is filled in and always escaped.

### Everywhere

product = novi-sso
skip = Skip to content
menu = Settings menu
menu-main = Main
menu-members = Members
menu-groups = Groups
menu-connect = Connect
menu-events = Events
menu-sso-clients = SSO Clients
menu-settings = Association Settings
menu-account = Your account
menu-log-out = Log out
save = Save
cancel = Cancel
close = Close
copy = Copy
copied = Copied
email = E-mail
password = Password
show-password = Show password
client-id = Client Id
secret-key = Secret Key
form-stale = This page was open for too long.
form-stale-next = Nothing is lost and nothing was saved. Look it over, then save again.
wait-seconds = { $number ->
    [one] 1 second
   *[other] { $number } seconds
}
wait-minutes = { $number ->
    [one] 1 minute
   *[other] { $number } minutes
}

need-help = Need help?
contact-phone-and-email = Call <a href="tel:{ $dial }">{ $phone }</a> or write to <a href="mailto:{ $email }">{ $email }</a>.
contact-phone = Call <a href="tel:{ $dial }">{ $phone }</a>.
contact-email = Write to <a href="mailto:{ $email }">{ $email }</a>.

toast-saved = Saved.
toast-client-added = Added. Click it in the list for its Client Id and Secret Key.
toast-client-deleted = Deleted.
toast-client-switched-off = Switched off. Nobody can log in there now.
toast-client-switched-on = Switched on. Members can log in there again.
toast-secret-removed = Removed. The other Secret Key stays.
toast-secret-replaced = The new Secret Key works now. Copy it into the platform’s settings.
toast-password-changed = Your password is changed.
toast-logged-out-everywhere = You are logged out on every device.
toast-sharing-stopped = Stopped. It no longer sees your details.
toast-set-up-done = Your association is ready. Connect its first platform.

### Log in, log out

log-in-title = Log in
log-in-afresh-title = Log in again
log-in-afresh-who = You are logged in as <strong>{ $name }</strong>. Type your password once more, or use another login.
log-in-again-title = Check your e-mail and password
log-in-with = with your <strong>{ $association }</strong> login
log-in-with-to = with your <strong>{ $association }</strong> login, to continue to <strong>{ $client }</strong> <span class="soft">({ $host })</span>
log-in-button = Log in
log-in-password-again = Type your password again.
log-in-wrong-pair = That e-mail and password do not go together.
log-in-wrong-pair-next = Type the password again. Capital letters matter.
log-in-too-many = Too many tries.
log-in-too-many-next = Wait { $wait }, then try again. Your password still works.
log-in-form-stale = This page was open for too long.
log-in-form-stale-next = Nothing is lost. Log in now to go on.
log-in-busy = Many people are logging in right now.
log-in-busy-next = Wait a few seconds, then try again.
log-in-cookies-blocked = Your browser did not keep our cookie.
log-in-cookies-blocked-next = Allow cookies for this website, then log in again. We use them only to know that it is you.

log-out-title = Log out
log-out-asks = <strong>{ $client }</strong> <span class="soft">({ $host })</span> asks whether you want to log out here too.
log-out-who = You are logged in as <strong>{ $name }</strong>.
log-out-communities = Communities that you have opened may stay open until you log out there too.
log-out-button = Log out
log-out-stay = Stay logged in
logged-out-title = You are logged out
logged-out-communities = On a shared computer, log out of the communities you opened as well, or close the browser.
logged-out-again = Log in again
logged-out-back = Back to { $client }
logged-out-problem = We did not send you back to the website you came from, because we could not check where it wanted you to go.

### On the way to a website

consent-title = Share your details with { $client }?
consent-bare-title = Continue to { $client }?
consent-again = You have allowed { $client } before. It asks once more.
consent-who = You are logged in as <strong>{ $name }</strong>.
consent-sees = { $client } will see
consent-bare = { $client } learns only that it is the same person each time. It sees no name and no e-mail.
consent-stays = { $client } keeps this access while you are away, until you take it back.
consent-take-back = It never sees your password. You can take this back at any time in your account.
consent-share = Share and continue
consent-no = Do not share
consent-bare-continue = Continue
consent-bare-no = Do not continue
use-another-login = Use another login
share-name = Your name
share-email = Your e-mail
share-phone = Your phone number
share-address = Your address
share-work = Your company and job title
share-member-status = Your member status
share-about = Your picture, website, birth date, gender and language
share-groups = Your groups
share-nothing = Nothing on record

choose-title = Go on with this login?
choose-whereto = You are on your way to <strong>{ $client }</strong> <span class="soft">({ $host })</span>, logged in as
choose-continue = Continue as { $name }

not-permitted-title = { $client } is not open to this login
not-permitted-group = { $client } is for members of <strong>{ $group }</strong>. You are logged in as <strong>{ $name }</strong>, who is not one of them.
not-permitted-groups = { $client } is for members of certain groups. You are logged in as <strong>{ $name }</strong>, who is in none of them.
not-permitted-which = The groups are:
not-permitted-ask = Should you be? Ask { $association }.
not-permitted-back = Back to { $client }

form-post-title = Going on to { $client }
form-post-how = This takes a moment. If nothing happens, continue with the button.
form-post-button = Continue

### Your account

account-title = Your communities
account-hello = Hello, { $name }
account-one-log-in = One log-in opens all of these.
account-communities = Your communities
account-no-communities = Your association has not connected a community yet.
account-open = Open
account-admin = You look after this website’s log-ins.
account-admin-link = Open SSO Clients
account-details = Your details
account-kept-by = Kept by { $association }
account-name = Name
account-company = Company
account-job-title = Job title
account-not-right = Something not right?
account-change-password = Change your password
account-current-password = Current password
account-new-password = New password
account-change-password-button = Change password

account-apps = Who sees your details
account-apps-why = Websites that you allowed to see them, and how to stop that.
account-apps-link = Show them
account-everywhere = Log out everywhere
account-everywhere-what = Logs you out on every device, this one too, and tells the communities that can log you out there.
account-everywhere-button = Log out everywhere

apps-title = Who sees your details
apps-back = Back to your account
apps-none = No website keeps access to your details
apps-none-why = Your communities see them only when you log in there. A website that asks you first would stand here.
apps-sees = Sees: { $details }.
apps-sees-nothing = Sees no details, only that it is the same person each time.
apps-name = name
apps-email = e-mail
apps-phone = phone number
apps-address = address
apps-work = company and job title
apps-member-status = member status
apps-about = picture, website, birth date, gender and language
apps-groups = groups
apps-stays = It may look also while you are away.
apps-allowed = Allowed by you, { $at }.
apps-trusted = Trusted by your association. Connected { $at }.
apps-last-used = Last used { $at }.
apps-stop = Stop sharing
apps-stop-how = Stopping takes effect at once. What a website has seen already, it may keep: ask it to delete that. When you log in there again, it asks you again, unless your association trusts it.

password-hint = At least { $least } characters. Three or four words that only you would put together are easy to remember.
password-current-wrong = This is not your current password. Type it again. Capital letters matter.
password-too-short = That password is too short. Use at least { $number } characters, for example three or four words.
password-too-long = That password is too long. Use at most { $number } characters.
password-guessable = That password is easy to guess. Use words that have nothing to do with you or your association.
password-unchanged = That is the password you have now. Choose another one.
password-too-many = Too many tries. Wait { $wait }, then try again. Your password still works.
password-form-stale = This page was open for too long, so nothing was changed. Type both passwords again.
password-busy = Many people are logging in right now. Wait a few seconds, then try again.

### The first run

set-up-title = Set up your sign-in server
set-up-progress = Progress
set-up-step-association = Association
set-up-step-login = Your login
set-up-step-platform = First platform
set-up-welcome = Welcome. Three short steps.
set-up-link-minutes = { $minutes ->
    [one] Opened with the one-time link of this server. It works for 1 more minute, for one person.
   *[other] Opened with the one-time link of this server. It works for { $minutes } more minutes, for one person.
}
set-up-link-once = Opened with the one-time link of this server. It works for one person.
set-up-name = Association’s name
set-up-name-empty = Enter the name that members know.
set-up-name-long = That name is too long. Use at most { $most } characters.
set-up-site-url = Website URL members see
set-up-site-url-hint = Platforms keep this address, so it must be the one that stays. It was chosen with <code>--site-url</code> when the server was started.
set-up-help-email = Who helps members? E-mail (optional)
set-up-help-hint = Shown under every log-in form.
set-up-help-email-wrong = That is not a whole e-mail address. It looks like help@association.org.
set-up-help-phone = Phone (optional)
set-up-help-phone-wrong = A phone number has digits, blanks, brackets and hyphens, and may begin with +.
set-up-continue = Continue
set-up-foot = Nothing is public until you finish. There is no default password.
set-up-stale = This page was open for too long.
set-up-stale-next = What you typed is still here. Continue again.
set-up-busy = The server is busy right now.
set-up-busy-next = Wait a few seconds, type the password again and continue.
set-up-login-title = Your login
set-up-login-intro = You are the first administrator of { $association }. You log in with this e-mail and password, here and on every platform you connect.
set-up-first-name = First name
set-up-first-name-empty = Enter your first name.
set-up-last-name = Last name
set-up-last-name-empty = Enter your last name.
set-up-email-wrong = That is not a whole e-mail address. It looks like ruth@association.org.
set-up-email-taken = A member has this e-mail already. Use another one.
set-up-finish = Finish
set-up-dead-title = This link does not work any more
set-up-dead-why = A set-up link works once, for one hour.
set-up-dead-again = Whoever runs the server stops it and starts <code>novi-sso serve</code> again. It prints a new link.

### SSO clients

clients-title = SSO Clients
clients-intro = Websites your members open with their association login.
clients-add = Add SSO Client
clients-name = Name
clients-status = Status
clients-who = Who may log in
clients-who-all = All members
clients-today = Log-ins today
clients-number = { $number }
clients-who-nobody = Nobody
clients-off = Switched off
clients-off-by = By { $by }, { $at }
clients-off-at = Since { $at }
clients-unused = Not used yet
clients-unused-next = Waits for the first log-in from there
clients-last-log-in = Last log-in { $at }
health-today = { $count ->
    [0] No log-ins today
    [one] 1 log-in today
   *[other] { $count } log-ins today
}
health-failed = { $count ->
    [one] 1 failed today
   *[other] { $count } failed today
}
health-why = See why
failures-title = What failed today at { $client }
failures-here = What failed
failures-none = Nothing failed today
failures-back = Back to { $client }
failures-what = What happened
failures-times = Times today
failures-last = Last
failures-next = What to do
failure-you = You can mend it
failure-platform = For { $client }’s support
failure-nobody = Nothing to do
failure-redirect-url = { $client } asked for a redirect URL that is not on your list.
failure-redirect-url-next = Compare your Valid Redirect Urls with the address in { $client }’s settings, letter by letter. Add what is missing.
failure-log-out-url = { $client } wanted to send members to a log-out URL that is not on your list.
failure-log-out-url-next = If the address is { $client }’s own, add it under “After log-out”.
failure-request = { $client } asked for a log-in in a way that we cannot read.
failure-request-next = Nothing here can change that. Tell { $client }’s support that its authorization request is malformed.
failure-pkce = A log-in came without PKCE, which you require of { $client }.
failure-pkce-next = Switch PKCE on at { $client }, or switch off “Require PKCE” under “For developers”.
failure-secret-key = { $client } came with a Secret Key that is not one of yours.
failure-secret-key-next = Reveal the Secret Key and copy it into { $client }’s settings again.
failure-secret-key-expired = { $client } came with a Secret Key that has stopped working.
failure-secret-key-expired-next = Reveal the new Secret Key and copy it into { $client }’s settings.
failure-method = { $client } proved itself in another way than the one you chose.
failure-method-next = Choose the way it uses under “For developers”, or change it in { $client }’s settings: Post Body is the usual one.
failure-assertion = { $client } signed its request with a key or in a way that we do not accept.
failure-assertion-next = If its keys have changed, paste the new ones under “For developers”. Otherwise its support looks at its clock, audience and key.
failure-not-permitted = A member came who is in none of the groups that may log in to { $client }.
failure-not-permitted-next = If that is meant, there is nothing to do. Otherwise put the member into one of the groups, or permit another group.
failure-declined = A member did not want to share details with { $client }.
failure-declined-next = It is their choice. They can log in again and share them.
failure-code-expired = { $client } came back too late with the code for a log-in.
failure-code-expired-next = A code works for a minute. If it happens often, ask { $client }’s support whether its servers are slow.
failure-code-replayed = { $client } used the code for a log-in a second time, so we ended that log-in.
failure-code-replayed-next = Once is a reloaded page. If it happens often, tell { $client }’s support.
failure-code-mismatch = { $client } came with a code that belongs to another redirect URL, or with a wrong proof.
failure-code-mismatch-next = Tell { $client }’s support that redirect_uri or code_verifier differ between its two requests.
failure-code-unknown = { $client } came with a code or a token that it was never given.
failure-code-unknown-next = If it happens often, tell { $client }’s support. Somebody may be trying out codes.
failure-refresh-replayed = { $client } used an old refresh token again, so we ended that log-in.
failure-refresh-replayed-next = Tell { $client }’s support to keep the newest refresh token only. The member logs in again.
failure-ended = { $client } came with a code or a refresh token of a log-in that has ended.
failure-ended-next = It was not used for long, or the member logged out everywhere, changed the password, stopped sharing or may not log in any more. The member logs in again.
failure-switched-off = Members came from { $client } while it was switched off.
failure-switched-off-next = Switch it on again, or take the link to it away.
preview-title = What { $client } learns
preview-here = Preview
preview-open = Preview for a member
preview-intro = Choose a member, and see what would be sent about them. Nothing is sent.
preview-find = Find a member
preview-find-hint = By name or e-mail, in part too.
preview-scopes = What it asks for (scope)
preview-button = Preview
preview-nobody = No member matches “{ $search }”. Try a part of the last name.
preview-more = There are more. Type more of the name.
preview-cannot = Cannot log in
preview-about = About { $member }
preview-id-token = ID token
preview-id-token-hint = Each log-in adds the moment, its number and the platform’s own mark: iat, exp, auth_time, sid, nonce, at_hash.
preview-no-id-token = Without the scope <code>openid</code> there is no ID token.
preview-userinfo = User Info
preview-no-userinfo = Without the scope <code>openid</code> or <code>profile</code>, User Info answers 403.
preview-adds = What each scope adds
preview-scope = Scope
preview-what = Adds
preview-adds-nothing = Nothing: your records do not have it.
preview-offline = No details. The platform may ask again while the member is away.
preview-no-login = { $member } has no login, so { $client } learns nothing.
preview-no-login-next = Give them a login with their e-mail, or choose another member.
preview-deactivated = { $member } is deactivated, so { $client } learns nothing.
preview-deactivated-next = Only an active member can log in. Choose another member.
preview-not-permitted = { $member } is in none of the groups that may log in to { $client }.
preview-not-permitted-next = Put them into one of the groups, permit another group, or choose another member.
clients-find = Find an SSO client
clients-find-button = Find
clients-none = No SSO clients yet
clients-none-why = An SSO client lets one website use your members’ login.
clients-no-match = No SSO client matches “{ $search }”
clients-no-match-why = You can search by name, website and Client Id.
clients-show-all = Show all SSO clients

clients-edit-title = { $client }, SSO client
clients-not-saved = { $count ->
    [one] Not saved yet: one thing to correct.
   *[other] Not saved yet: { $count } things to correct.
}
clients-urls = Valid Redirect Urls
clients-urls-hint = Where the platform may receive members after log-in. Exact match. You can paste a list: commas and blanks are sorted out.
clients-url = Redirect URL { $number }
clients-url-line = Valid Redirect Urls, line { $number }
clients-url-remove = Remove URL { $number }
clients-url-add = Add another URL
clients-full = Your association has 50 SSO clients, which is all it can have.
clients-full-next = Delete one that is no longer used, then save this one again. Nothing that you typed is lost.

who-hint = Others see a page that says why, and whom to ask.
who-all = { $count ->
    [one] All members with a login (1)
   *[other] All members with a login ({ $count })
}
who-some = Only members of these groups
who-size = ({ $count })
who-no-groups = Your association has no groups yet.
permitted-title = { $lose } of { $before } can no longer log in to { $client }
permitted-here = Who may log in
permitted-changed = A moment ago it was { $count }. Groups have changed meanwhile.
permitted-changed-next = Nothing was saved. Look at the new number, then decide.
permitted-what = What happens when you save
permitted-lose = { $count ->
    [one] 1 member can no longer log in here. They see a page that says why, and whom to ask.
   *[other] { $count } members can no longer log in here. They see a page that says why, and whom to ask.
}
permitted-gain = { $count ->
    [one] 1 member who could not log in here can from now on.
   *[other] { $count } members who could not log in here can from now on.
}
permitted-then = { $count ->
    [0] Then nobody can log in here.
    [one] Then 1 member can log in here.
   *[other] Then { $count } members can log in here.
}
permitted-inside = Whoever is inside stays there until their next log-in.
permitted-before = Now
permitted-after = After saving
permitted-button = { $count ->
    [one] Save, 1 loses access
   *[other] Save, { $count } lose access
}
sharing-title = Before members’ details are shared
sharing-trusted = Share them right away.
sharing-trusted-hint = Your association stands behind this website.
sharing-asked = Ask each member first.
sharing-asked-hint = They see what is shared, and can take it back under “Your account”.
log-out-urls = After log-out
log-out-urls-hint = Where the platform may send members once they have logged out. Exact match. Leave it empty where the platform does not ask for it.
log-out-url = Log-out URL { $number }
log-out-url-line = After log-out, line { $number }
log-out-url-add = Add another log-out URL
log-out-url-remove = Remove log-out URL { $number }
backchannel-url = Back-channel log-out URL
backchannel-url-hint = Where we tell the platform that somebody has logged out, so that it ends its log-in too. Leave it empty where the platform does not ask for it.
notices-title = Log-outs it was told of
notices-hint = When a member logs out here, { $client } ends its log-in too.
notices-none = Nobody who came from here has logged out yet.
notice-done = Done
notice-done-at = Logged out { $began }. It was told { $at }.
notice-waiting = Pending
notice-waiting-since = Logged out { $began }. The notice is on its way.
notice-retrying = Not reached yet
notice-retrying-next = { $tries ->
    [one] Logged out { $began }. One try; it answered “{ $answer }”. Next try { $next }.
   *[other] Logged out { $began }. { $tries } tries; it answered “{ $answer }”. Next try { $next }.
}
notice-given-up = Failed
notice-given-up-at = Logged out { $began }. It answered “{ $answer }”. We stopped trying { $at }.
notice-given-up-next = Compare the back-channel log-out URL with { $client }’s settings, and show its support this answer.
developers-title = For developers
developers-hint = Most platforms work as it is. Change something here only where their instructions say so.
developers-method = How it proves itself
developers-method-unused = It has not proved itself yet.
developers-method-used = Last seen: { $method }, { $at }.
developers-method-pin = Last seen: { $method }, { $at }. Choose that below to refuse every other way.
method-either = Secret Key, in the post body or by Basic
method-post = Secret Key, in the post body
method-basic = Secret Key, by Basic
method-signed = Signed assertions (private_key_jwt)
method-none = Public client, with PKCE alone
developers-jwks = Public keys (JWKS)
developers-jwks-hint = Only for signed assertions: the JSON with the public keys, RSA, P-256 or Ed25519.
developers-pkce = Require PKCE
developers-pkce-ready = Every request of the last day carried a challenge, so nothing would break.
developers-pkce-hint = Each log-in is proved once more, so that a stolen code is worth nothing. A platform that cannot do it stops working.
developers-id-token = Put members’ details into the ID token too
developers-id-token-hint = Some platforms read nothing else. Off, the ID token says only who it is, and the details come by User Info.
developers-legacy = Log-in by the old Novi address, /sso/auth
developers-legacy-mark = Migration option
developers-legacy-hint = It signs with the Secret Key, which whoever holds it can do too. Switch it off as soon as the platform has moved to OpenID Connect.
developers-machine = May fetch tokens for itself (client credentials)
developers-machine-hint = For software without people, which calls other software. It needs no redirect URL.
developers-resource = Resource URL
developers-resource-hint = Only where this client is an API that others call: then it may look up the tokens that are meant for it.
on = On
off = Off

clients-take-over = Take over an existing Client Id and Secret Key
clients-take-over-hint = For a platform that is set up already: it keeps its settings. Leave both empty to get new ones.
clients-secret-typed = You typed a Secret Key. It was not kept: type it again.
clients-after-saving = Client Id and Secret Key come with saving.
clients-after-saving-how = Click the new client in the list. They are there, with everything else the platform asks for.
clients-keys = For { $client }’s settings
clients-reveal = Reveal Secret Key
clients-reveal-hint = Asks for your password. Every showing is recorded.
clients-never-shown = Not shown to anybody yet.
clients-last-shown = Last shown by { $by }, { $at }.
clients-secret-revealed = Copy it now. This showing was recorded.
clients-signs = This client signs with a key of its own: it has no Secret Key.
clients-public = This client is public: it has no Secret Key and proves each log-in with PKCE.
clients-directory-document = Directory Document
clients-endpoints = When a platform asks for single addresses
clients-endpoints-hint = Higher Logic does, and Forj under OAuth2 Configuration.
clients-authorization-url = Authorization URL
clients-token-url = Token URL
clients-userinfo-url = User Info URL
clients-scope = Scope
keys-title = Secret Keys
keys-how = To change over without a pause: make a new one, paste it into { $client }’s settings, watch “last used” move to it, then remove the old one.
keys-made = Made { $at }.
keys-last-used = Last used { $at }.
keys-never-used = Never used.
keys-stops = Stops { $at }.
keys-in-use = In use
keys-not-yet = Not used yet
keys-safe = Safe to remove
keys-quiet = Not used for a week
keys-reveal = Reveal
keys-which = Secret Key { $start }…
keys-remove = Remove
clients-ending = Pause or end
clients-switch-off = Switch off
clients-switch-on = Switch on
clients-new-secret = Make a new Secret Key
clients-delete = Delete

### What can be wrong with an SSO client

name-empty = Give it a name, perhaps the platform’s.
name-too-long = That name is too long. Use at most { $most } characters.
urls-missing = Enter at least one redirect URL. Without it, the platform cannot receive members.
urls-too-many = An SSO client can have { $most } redirect URLs. Remove those that are no longer used.
url-not-absolute = Write the whole address, beginning with <code>https://</code>.
url-blank = There is a blank inside this address. Take it out, or put the second address in a field of its own.
url-placeholder = Replace <code>my_community</code> with your community’s name.
url-placeholder-likely = Replace <code>my_community</code> with your community’s name. Yours is probably <code>{ $likely }</code>, as in another line.
url-http = Members’ log-ins travel only over https. Enter <code>{ $https }</code>
url-http-printed-so = Forj prints this address with http, but your community answers on https. Enter <code>{ $https }</code>
url-scheme = Only an address that begins with <code>https://</code> can receive members.
url-fragment = Remove the <code>#</code> and what follows it. A browser keeps that part to itself.
url-wildcard = An asterisk stands for nothing here: addresses must match letter by letter. Enter each address in full.
url-user-info = Remove the user name before the <code>@</code>. An address that receives members carries no login of its own.
url-character = Remove <code>{ $character }</code>: no URL may have it there.
url-percent = Follow each <code>%</code> with the two characters of its code, as in <code>%20</code>, or take it out.
url-reserved = Remove <code>{ $name }</code> from what follows the <code>?</code>. The answer to each log-in is sent there under that name.
url-character-unseen = This address holds an invisible character. Type it anew instead of pasting it.
url-host = What follows <code>https://</code> is not a host name. Copy the address from the platform’s settings again.
url-not-canonical = Browsers write this address in another way, so it would never match. Enter <code>{ $better }</code>
url-duplicate = This address is on the list already. Remove one of the two.
url-too-long = That address is too long. It may have { $most } characters.
groups-empty = Choose at least one group, or let all members log in.
groups-too-many = An SSO client can have { $most } groups. For more, make one group of them.
groups-gone = One of the groups you chose does not exist any more. Look at your choice, then save again.
jwks-missing = Paste the public keys of the client, or choose another way.
jwks-malformed = That is no JWKS. It is JSON with a list called <code>keys</code>. Copy all of it.
jwks-empty = There is no key in it. Its list <code>keys</code> is empty.
jwks-too-many = It is too long, or has more than 10 keys. Leave out those that are not used any more.
jwks-private = This holds a private or a shared key, which nobody else may see. Paste the public half only, and replace that key.
jwks-kind = Keys must be RSA of 2048 bits or more, P-256, or Ed25519.
jwks-kid = Where there are several keys, each needs a <code>kid</code> of its own.
legacy-no-secret = The old address signs with the Secret Key, and this client has none. Switch this off, or choose a Secret Key above.
resource-not-one = A resource URL is a whole address without a <code>#</code>, such as <code>https://api.example.org/</code>
resource-taken = Another SSO client has this resource URL. Each can be one client’s only.
client-id-missing = Enter the Client Id too, or leave both empty to get new ones.
client-id-not-a-guid = A Client Id looks like <code>8c1f6a2e-4b7d-4f0e-9a53-2d6e7c90b1f4</code>. Copy it from the platform’s settings.
client-id-taken = Another SSO client has this Client Id. Copy the right one from the platform’s settings.
secret-key-missing = Enter the Secret Key too, or leave both empty to get new ones.
secret-key-too-short = That Secret Key is too short to be safe. It needs { $least } characters. Leave both empty to get a new one.
secret-key-too-long = That Secret Key is too long. It may have { $most } characters.
secret-key-characters = A Secret Key holds letters, digits and signs, no blanks. Copy it from the platform’s settings again.

### Steps that ask twice

conflict-title = Two people changed this client
conflict-here = Changes
conflict-who = { $by } saved it { $at }, while you had it open.
conflict-somebody = Somebody saved it { $at }, while you had it open.
conflict-nothing-lost = Nothing is lost. Compare both, then choose.
conflict-field = Field
conflict-theirs = Saved meanwhile
conflict-yours = What you typed
conflict-save-mine = Save mine
conflict-keep-theirs = Keep theirs

impact-title = What happens at once
impact-people = { $count ->
    [0] Nobody is logged in there now.
    [one] 1 person is logged in there now.
   *[other] { $count } people are logged in there now.
}
impact-under-way = Log-ins that are under way stop.
impact-tokens = { $count ->
    [0] No access tokens are in use.
    [one] 1 access token stops working.
   *[other] { $count } access tokens stop working.
}
delete-title = Delete { $client }?
delete-here = Delete
delete-after = Its Client Id and Secret Key are gone for good. Members who come from there see a page that says so.
delete-instead = Not sure? Switched off, it keeps its settings and can come back.
delete-button = { $tokens ->
    [0] Delete { $client }
    [one] Delete { $client } and 1 access token
   *[other] Delete { $client } and { $tokens } access tokens
}
switch-off-title = Switch off { $client }?
switch-off-here = Switch off
switch-off-after = Nobody can log in there until you switch it on again. Its settings stay.
switch-off-button = { $tokens ->
    [0] Switch off { $client }
    [one] Switch off { $client } and end 1 access token
   *[other] Switch off { $client } and end { $tokens } access tokens
}
new-secret-title = Make a new Secret Key for { $client }?
new-secret-here = New Secret Key
new-secret-how = Make it, paste it into { $client }’s settings, and watch “last used” move to it. Then remove the old one. Nobody notices.
new-secret-last-used = The present Secret Key is in use. It was last used { $at }.
new-secret-never-used = The present Secret Key was never used.
new-secret-name = Name (optional)
new-secret-name-hint = To tell the two apart, for example “Summer 2026”.
new-secret-name-long = That name is too long. Use at most { $most } characters.
new-secret-old = The present Secret Key
new-secret-old-days = { $days ->
    [one] works 1 day more
   *[other] works { $days } days more
}
new-secret-old-now = stops working at once
new-secret-old-both = The present Secret Keys
new-secret-old-now-both = both stop working at once
new-secret-pause = Nobody can log in to { $client } until the new one stands in its settings. Have them open before you go on.
new-secret-full = Two Secret Keys are live already.
new-secret-full-next = Remove the one that is not used any more, then make a new one. Or let both stop at once.
new-secret-button = Make the new Secret Key
new-secret-logged-in = People who are logged in there stay logged in.
remove-secret-title = Remove the Secret Key { $start }… of { $client }?
remove-secret-here = Remove a Secret Key
remove-secret-last-used = It was last used { $at }. From now on, it opens nothing.
remove-secret-never-used = It was never used. From now on, it opens nothing.
remove-secret-stays = { $client } goes on with the Secret Key { $start }…, last used { $at }.
remove-secret-stays-unused = { $client } has not used the Secret Key { $start }… yet. If it does not have it, nobody can log in there.
remove-secret-button = Remove the Secret Key { $start }…
remove-secret-last = This is the only Secret Key of { $client }.
remove-secret-last-next = Make a new one first. Then this one can be removed.

prove-title = Type your password again
prove-reveal = Before we show the Secret Key of { $client }, we make sure that it is you.
prove-new-secret = Before we make a new Secret Key for { $client }, we make sure that it is you.
prove-delete = Before we delete { $client }, we make sure that it is you.
prove-whose = For { $email }
prove-wrong = That is not your password. Type it again. Capital letters matter.
prove-too-many = Too many tries. Wait { $wait }, then try again. Your password still works.
prove-busy = Many people are logging in right now. Wait a few seconds, then try again.
prove-reveal-button = Reveal Secret Key
prove-new-secret-button = Make the new Secret Key
prove-remove-secret = Before we remove a Secret Key of { $client }, we make sure that it is you.
prove-remove-secret-button = Remove the Secret Key { $start }…
prove-delete-button = Delete { $client }

### When something did not work

error-blameless = <strong>You did nothing wrong,</strong> and your password still works.
error-tell = Let your association know
error-code = Send them this code, or read it out on the phone. It tells them exactly what happened.
error-code-label = Reference code:
error-copy-code = Copy code
error-to-account = Go to your communities
error-to-log-in = Go to the log-in page
error-switch-account = Log out and use another login
error-to-clients = Go to SSO Clients
error-to-client = Start again at { $client }
error-try-again = Try again

error-not-found-title = There is no page here
error-not-found = The address may be old or mistyped.
error-too-old-title = This page was open for too long
error-too-old = Nothing was changed. Open the page again and repeat your last step.
error-forbidden-title = This page is for administrators
error-forbidden = You are logged in as <strong>{ $name }</strong>, who is not an administrator. If you have another login, log out and use that one.
error-broken-title = Something went wrong on our side
error-broken = We have kept a record of it. Try again in a minute.
error-unavailable-title = We cannot answer right now
error-unavailable = Too much is going on, or we are being restarted. Try again in a moment.
error-too-large-title = That was too much at once
error-too-large = What you sent is larger than this page takes. Send less, in several steps.
error-method-title = This address does not work that way
error-method = Go back, and use the links and buttons of the page.
error-host-title = No association lives at this address
error-host = This server does not know the host name in your browser’s address bar. Check it for typing mistakes. Whoever runs the server can add it with <code>novi-sso association add</code>.
error-unknown-client-title = We do not know the website you came from
error-unknown-client = It is not on your association’s list, or no longer. We stopped to keep your account safe.
error-client-off-title = { $client } is switched off
error-client-off = Your association has switched off log-ins to <strong>{ $client }</strong>. Only your association can switch them on again.
error-redirect-title = We could not open { $client }
error-redirect = <strong>{ $client }</strong> asked us to send you to an address that your association has not approved. We stopped to keep your account safe.
error-malformed-title = We could not understand the request
error-malformed = The website you came from asked for your log-in in a way that we cannot read. Go back there and try again.
error-malformed-client-title = We could not open { $client }
error-malformed-client = <strong>{ $client }</strong> asked for your log-in in a way that we cannot read. Go back there and try again.

## When something happened

moment-now = just now
moment-minutes = { $number } min ago
moment-today = today at { $clock }
moment-date = { $day } { $month } { $year } at { $clock }
moment-month = { $number ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}

## Events

find = Find
download = Download
older = Older
events-title = Events
events-find = Who or what
events-topic = About
events-topic-all = Everything
events-topic-records = People, companies and groups
events-topic-log-ins = Log-ins
events-topic-settings = Settings
events-topic-sync = Sync
events-topic-security = Security
events-only-problems = Only problems
events-cut = More than 10 match. Type more of the name to see the rest.
events-newest = Events, newest first
events-none = Nothing happened that looks like this
events-none-why = Look for a name, an e-mail, a group, an SSO client or a UniqueID.
events-show-all = Show all events
events-time = Time
events-what = What happened
events-who = Who
events-problem = Problem
events-csv-time = Time
events-csv-what = What happened
events-csv-changes = Before and after
events-csv-who = Who
events-csv-kind = Kind
events-csv-subject = About
events-csv-object = Also about
event-by-command-line = Command line
event-by-set-up = Set-up link
event-by-system = The server
event-somebody = somebody
event-yes = yes
event-nothing = nothing
event-called = Called { $name } then
event-becomes = becomes
event-is-empty = is empty now
event-change = { $field }: { $before } becomes { $after }
event-platform-mobilize = Mobilize
event-platform-forj = Forj Community
event-platform-higher-logic = Higher Logic
event-association-added = { $subject } was added to this server
event-association-set-up = { $subject } set up this association
event-association-changed = The settings of the association were changed
event-association-issuer-changed = The issuer became { $subject }
event-association-staging-changed = What this staging association may sync was changed
event-signing-key-made = A signing key was made
event-signing-key-activated = A new signing key came into use
event-member-added = { $subject } was added
event-member-changed = { $subject } was edited
event-member-deactivated = { $subject } was deactivated
event-member-reactivated = { $subject } was reactivated
event-member-password-changed = The password of { $subject } was changed
event-login-added = { $subject } got a login
event-login-email-changed = The login e-mail of { $subject } was changed
event-login-disabled = The login of { $subject } was switched off
event-login-enabled = The login of { $subject } was switched on again
event-company-added = { $subject } was added
event-company-changed = { $subject } was edited
event-company-deactivated = { $subject } was deactivated
event-company-reactivated = { $subject } was reactivated
event-custom-field-added = The custom field { $subject } was added
event-custom-field-changed = The custom field { $subject } was changed
event-custom-field-deleted = The custom field { $subject } was deleted
event-group-added = The group { $subject } was added
event-group-changed = The group { $subject } was changed
event-group-deleted = The group { $subject } was deleted
event-group-member-added = { $object } was added to { $subject }
event-group-member-removed = { $object } was removed from { $subject }
event-client-added = The SSO client { $subject } was added
event-client-changed = The SSO client { $subject } was changed
event-client-disabled = The SSO client { $subject } was switched off
event-client-enabled = The SSO client { $subject } was switched on
event-client-deleted = The SSO client { $subject } was deleted
event-client-secret-key-shown = A Secret Key of { $subject } was shown
event-client-secret-key-replaced = { $subject } got a new Secret Key
event-client-secret-key-removed = A Secret Key of { $subject } was removed
event-login-succeeded = { $subject } logged in
event-login-ended = { $subject } logged out
event-login-ended-everywhere = { $subject } was logged out everywhere
event-consent-given = { $subject } allowed { $object } to see details
event-consent-withdrawn = { $subject } stopped sharing with { $object }
event-grant-code-replayed = { $subject } used a code twice. What it had bought was revoked
event-grant-code-of-another-client = { $subject } came with a code that was made for { $object }
event-grant-refresh-token-replayed = { $subject } used an old refresh token. All that came of it was revoked
event-grant-refresh-token-of-another-client = { $subject } came with a refresh token of { $object }
event-session-of-another-association = Somebody came with a session cookie of another association
event-integration-saved = The integration with { $subject } was saved
event-integration-tested = The connection to { $subject } was tested
event-integration-removed = The integration with { $subject } was removed
event-integration-paused = The sync to { $subject } was paused
event-integration-resumed = The sync to { $subject } was resumed
event-integration-stopped = The sync to { $subject } stopped
event-sync-linked = { $object } was linked to { $subject }
event-sync-unlinked = { $object } was unlinked from { $subject }
event-sync-checked = { $object } was compared with { $subject }
event-sync-failed = The sync of { $object } to { $subject } failed
event-sync-held = Removals of { $object } are held at { $subject }
event-sync-released = Held removals of { $object } were released for { $subject }
event-sync-discarded = Held removals of { $object } were discarded for { $subject }
event-sync-stopped = Removals of { $object } were stopped at { $subject }
event-sync-restored = Members of { $object } were put back at { $subject }
event-sync-database-released = A copied or restored database was released for sync
event-hook-added = The inbound hook { $subject } was added
event-hook-closed = The inbound hook { $subject } was closed
event-hook-secret-replaced = A new secret was made for { $subject }
event-hook-changed-member = { $subject } was changed through { $object }
event-hook-quarantined = { $subject } sent too many changes at once. They wait for an admin
event-hook-released = What { $subject } had sent was let through
event-hook-discarded = What { $subject } had sent was thrown away
event-field-visible-to-clients = Visible to SSO clients
event-field-redirect-urls = Valid Redirect Urls
event-field-post-logout-urls = Log-out URLs
event-field-backchannel-logout-url = Back-channel log-out URL
event-field-permitted-groups = Permitted Groups
event-field-consent = Sharing details
event-field-auth-method = Client authentication
event-field-keys = Public keys
event-field-requires-pkce = Requires PKCE
event-field-has-lean-id-token = Lean ID token
event-field-has-legacy-sso = Legacy SSO
event-field-is-machine = Machine
event-field-resource-url = Resource URL
event-field-label = Label
event-field-kind = Type
event-field-key = Key
event-field-shown = Show in the Members section
event-field-higher-logic = Sync to Higher Logic
event-field-admin = Administrator

## Groups

next = Next
toast-group-added = Added. Now say who is in.
toast-group-deleted = Deleted.
toast-records-added = Added.
toast-records-removed = Removed.
groups-title = Groups
groups-add = Add group
groups-add-button = Add group
groups-none = No groups yet
groups-none-why = A group gathers people and companies: a committee, a board, members in good standing. SSO clients can be open to some groups only.
groups-find = Find a group
groups-state = Sync
groups-state-any = Any status
groups-no-match = No group matches
groups-show-all = Show all groups
groups-group = Group
groups-members = Members
groups-who = Who is in
groups-number = { $number }
groups-name = Name
groups-specific = Specific records
groups-specific-hint = People and companies that you choose on the tab Members.
groups-visible = Visible to SSO clients
groups-visible-hint = SSO clients that ask for groups see its name for members who are in it. A client always sees its own Permitted Groups.
groups-name-empty = Give the group a name.
groups-name-long = That name is too long. Use at most { $most } characters.
groups-name-controls = The name holds characters that nobody can read. Type it again.
groups-name-taken = There is a group called “{ $group }” already. Choose another name.
group-details = Details
group-members = { $count ->
   *[other] Members ({ $count })
}
group-history = History
group-delete = Delete group
group-delete-title = Delete { $group }?
group-delete-size = { $count ->
    [0] Nobody is in it.
    [one] 1 member is in no group of that name any more. The record itself stays.
   *[other] { $count } members are in no group of that name any more. The records themselves stay.
}
group-delete-claims = SSO clients do not see it any more.
group-delete-name = Its name is free again. It cannot come back.
group-delete-button = Delete { $group }
group-permitted = It is a Permitted Group of { $clients }.
group-permitted-next = Without it, everybody might get in there. Take it off the client’s Permitted Groups first, then delete it.
members-title = { $group }, Members
members-label = Members of this group
members-find = Find a member
members-add = Add member
members-paste = Paste a list
members-none = Nobody is in this group yet
members-none-why = Add people and companies one by one, or paste a list of e-mails.
members-no-match = Nobody here matches
members-show-all = Show all members
members-member = Member
members-company = Company
members-remove = Remove
members-tick = Tick { $name }
members-remove-ticked = Remove the ticked ones
members-back = Back to the members
members-csv-name = Name
members-csv-kind = Record
members-csv-email = E-mail
members-csv-company = Company
members-csv-id = UniqueID
members-csv-state = State
record-person = Person
record-company = Company record
record-no-email = no e-mail
record-off = Deactivated
record-deactivated = Deactivated, { $email }
add-title = Add to { $group }
add-find = Name or e-mail of a person or company
add-column = Add
add-is-in = Is in
add-button = Add
add-cut = More match. Type more of the name to see them.
add-no-match = Nobody matches “{ $search }”
add-no-match-why = Look for a part of the name or of the e-mail.
paste-title = A list for { $group }
paste-list = E-mails or UniqueIDs
paste-list-hint = One on each line, or with commas between them. E-mails are those that people log in with.
paste-way = What to do
paste-way-in = Add them to the group
paste-way-out = Remove them from the group
paste-look-up = Look them up
paste-again = Start again
paste-empty = There is nothing on the list.
paste-empty-next = Paste e-mails or UniqueIDs, one on each line.
paste-long = The list has more than { $most } entries.
paste-long-next = Nothing was changed. Paste it in parts.
paste-changed = The group was changed since the list was looked up.
paste-changed-next = Nothing was done. Look at the numbers again, then go on.
paste-will-add = { $count ->
    [0] Nobody on the list can be added
    [one] 1 of the list will be added
   *[other] { $count } of the list will be added
}
paste-will-remove = { $count ->
    [0] Nobody on the list can be removed
    [one] 1 of the list will be removed
   *[other] { $count } of the list will be removed
}
paste-in-already = { $count ->
    [one] 1 is in the group already.
   *[other] { $count } are in the group already.
}
paste-not-in = { $count ->
    [one] 1 is not in the group.
   *[other] { $count } are not in the group.
}
paste-all-found = Everybody was found
paste-more = and { $count } more
paste-unknown = { $count ->
    [one] 1 was not found.
   *[other] { $count } were not found.
}
paste-unknown-next = No login has this e-mail, and no record this UniqueID. If you go on, they are left out.
paste-add-button = Add { $count }
paste-remove-button = Remove { $count }
history-title = { $group }, History
history-none = Nothing has happened yet.
## People, companies and custom fields

members-add-person = Add person
members-add-company = Add company
members-find-button = Find
members-login-any = Any
members-login-has = Has a login
members-login-none = No login
members-login-disabled = Login switched off
members-login-deactivated = Deactivated
members-last-log-in = Last log-in
members-never = Never
members-company-record = Company record
members-groups = { $group } and { $more } more
members-no-match-why = A part of a name, of an e-mail or of a company’s name is enough.
members-end = There is nobody further down
members-pages = More members
members-first-page = First page
members-next-page = Next page

login-state-company = Companies have none
login-state-deactivated = Deactivated
login-state-none = No login
login-state-disabled = Switched off
login-state-has = Has a login

record-title = Record
record-login = Login
record-edit = Edit
record-edit-title = Edit { $name }
record-new-person = Add a person
record-new-company = Add a company
record-admin = Administrator
record-unique-id = UniqueID
record-people = People of this company
record-no-groups = In no group.
record-deactivate = Deactivate
record-reactivate = Reactivate
record-is-deactivated = This record is deactivated.
record-is-deactivated-why = The person cannot log in. Everything that is known of them is kept.
record-yes = Yes
record-no = No
record-unknown = Not known
record-blank = nothing
record-colon = :
record-section-name = Name and work
record-section-contact = Contact
record-section-about = About
record-section-social = Pages elsewhere
record-section-custom = Custom fields
record-hint-company = The name of a company that is here already, or of a new one.
record-hint-contact-email = Only shown here. The log-in e-mail is what platforms get.
record-hint-url = The whole address, beginning with https://
record-mistakes = { $count ->
    [one] Not saved yet: 1 thing to correct.
   *[other] Not saved yet: { $count } things to correct.
}
record-wrong-missing = Enter a name.
record-wrong-long = This is too long. Use at most { $most } characters.
record-wrong-control = This holds characters that cannot be shown. Type it anew, on one line.
record-wrong-email = This is not an e-mail address. Write it like ann@example.org.
record-wrong-phone = This is not a phone number. Write it like +1 555 010 0142.
record-wrong-url = This is not a web address. Copy it whole, beginning with https://
record-wrong-number = This is not a number. Write it like 12 or 12.5.
record-wrong-date = This is not a date. Write it like 2026-12-31.
record-wrong-yes-no = Choose one of these.
record-conflict = Somebody else saved this record while you were editing it.
record-conflict-next = Nothing of yours is saved yet. Where you differ, yours stands below. Look it over; saving now makes it so:

field-first-name = First name
field-last-name = Last name
field-job-title = Job title
field-company = Company
field-member-status = Member status
field-contact-email = Contact e-mail
field-login-email = Log-in e-mail
field-email = E-mail
field-phone = Phone
field-street = Street
field-city = City
field-region = State or region
field-postal-code = Postal code
field-country = Country
field-bio = Bio
field-picture = Picture
field-website = Website
field-facebook = Facebook
field-linkedin = LinkedIn
field-twitter = X (Twitter)
field-youtube = YouTube
field-instagram = Instagram
field-name = Name

login-add = Add a login
login-change = Change
login-add-title = Add a login for { $name }
login-change-title = Change the login of { $name }
login-new-hint = With a login, this person can open every community that you have connected. Leave it blank for a person who only has a record.
login-email = Log-in e-mail
login-email-hint = What this person logs in with, and the e-mail that platforms get.
login-email-change-hint = From now on, this person logs in with the new address. Their password stays.
login-email-taken = Somebody else logs in with this e-mail. Use an address that is only theirs.
login-first-password = First password
login-first-password-hint = You may leave it blank: then nobody can log in with it yet. At least 15 characters, for example three or four words.
login-password-alone = Enter the log-in e-mail that this password is for.
login-unverified = not confirmed
login-has-password = Password set
login-no-password = No password yet
login-last = Logged in { $at }
login-never-used = Never logged in
login-sessions = { $count ->
    [0] Logged in nowhere
    [one] Logged in on 1 device
   *[other] Logged in on { $count } devices
}
login-end-sessions = Log out everywhere
login-none-why = Without one, this person cannot log in anywhere.
login-is-disabled = This login is switched off.
login-disable = Switch login off
login-enable = Switch login on

access-title = Can { $name } log in?
access-client = SSO client
access-answer = Answer
access-client-off = This SSO client is switched off.
access-no-login = There is no login.
access-login-disabled = The login is switched off.
access-deactivated = The record is deactivated.
access-not-permitted = Only for { $groups }, and in none of them.

deactivate-title = Deactivate { $name }?
deactivate-happens = What happens
deactivate-login = Nobody can log in with this login any more.
deactivate-sessions = { $count ->
    [0] Every code and token ends at once.
    [one] 1 device is logged out, and every code and token ends, at once.
   *[other] { $count } devices are logged out, and every code and token ends, at once.
}
deactivate-elsewhere = A community that is open right now stays open until it asks us again.
deactivate-groups = The record stays, with its groups.
deactivate-back = You can reactivate it at any time. What was ended stays ended.
deactivate-company-people = Its people stay as they are, and keep its name.
deactivate-company-new = Nobody new can be put into it.
deactivate-self = You cannot deactivate yourself.
deactivate-self-next = Ask another administrator to do it.
disable-title = Switch off the login of { $name }?
disable-record = The record stays in use, with its groups.
disable-platforms = For community platforms, this person counts as somebody without a login.
disable-self = You cannot switch off your own login.

preview-login-disabled = The login of { $member } is switched off, so { $client } learns nothing.
preview-login-disabled-next = Switch it on again on their page, or choose another member.
change-becomes = becomes
lately = Lately
lately-nothing = Nothing has happened yet.
lately-added = Added
lately-changed = Edited
lately-deactivated = Deactivated
lately-reactivated = Reactivated
lately-password-changed = Password changed
lately-login-added = Login added
lately-login-email-changed = Log-in e-mail changed
lately-login-disabled = Login switched off
lately-login-enabled = Login switched on
lately-logged-in = Logged in
lately-logged-out = Logged out
lately-logged-out-everywhere = Logged out everywhere
lately-joined = Joined a group
lately-left = Left a group
lately-other = Something else
lately-by = by { $name }
lately-by-command-line = by the command line
lately-by-set-up = by the set-up link
lately-by-system = by the server

settings-general = General
settings-fields = Custom Fields
settings-integrations = Integrations
settings-name-hint = What members see on every page, and on the way to a community.
settings-site-url-hint = Every platform knows you by this address. It is changed with <code>novi-sso association move</code>.

fields-intro = What you keep of people and companies beyond the standard fields.
fields-add = Add field
fields-new = Add a custom field
fields-none = No custom fields yet
fields-none-why = Add one for what you want to know of every person and company: a key, a year, an area of work.
fields-full = There are 100 custom fields. Delete one that is no longer used before you add another.
fields-label = Label
fields-label-empty = Give the field a label.
fields-label-wrong = Use at most 60 characters, on one line.
fields-label-taken = Another field is called that already. Choose another label.
fields-kind = Type
fields-kind-hint = It stays as it is once the field is added.
fields-kind-text = Text
fields-kind-number = Number
fields-kind-date = Date
fields-kind-url = Web address
fields-kind-yes-no = Yes or no
fields-key = Key
fields-key-hint = Platforms know the field by it. It stays when the label changes.
fields-shown = Show in the Members section
fields-shown-column = Shown
fields-shown-hint = On the pages of people and companies.
fields-sent = Synced to Higher Logic
fields-delete = Delete
fields-delete-title = Delete { $label }?
fields-delete-values = { $count ->
    [0] No record has a value in it. Nothing is lost.
    [one] The value of 1 record is lost, for good.
   *[other] The values of { $count } records are lost, for good.
}
fields-delete-sent = Higher Logic gets no more of it.
fields-delete-hide = To keep the values and only hide the field, switch off that it is shown in the Members section.
fields-delete-button = { $count ->
    [0] Delete the field
    [one] Delete the field and 1 value
   *[other] Delete the field and { $count } values
}

toast-record-added = Added.
toast-record-deactivated = Deactivated.
toast-record-reactivated = Active again.
toast-record-logged-out = Logged out on every device.
toast-login-disabled = The login is switched off.
toast-login-enabled = The login works again.
toast-field-deleted = Deleted, with its values.
people-find = Name, e-mail or company
people-no-match = Nobody looks like this
people-show-all = Show everybody

## Groups on the community platforms

toast-group-linked = Saved. The group is syncing.
toast-group-unlinked = Unlinked. Everybody stays where they are on the platform.
toast-sync-asked = Asked for. The sync begins now.
toast-removals-released = Released. They are removed a few at a time.
toast-removals-discarded = Everybody stays.
toast-removals-stopped = Stopped. Nobody more is removed.
toast-members-restored = They are being brought back.
event-sync-removal-asked = { $object } was let go on the platform of { $subject }
event-sync-member-kept = { $object } was kept on the platform of { $subject }
event-sync-member-handed-back = { $object } is not kept any longer on the platform of { $subject }
sync-not-linked = Not linked
sync-up-to-date = Up To Date
sync-syncing = Syncing
sync-pending = Pending
sync-na = N/A
sync-failed = Failed
sync-failed-for = Failed for { $number }
sync-held = Held
sync-done = Done
sync-stopped = Stopped
sync-stopped-next = Check the credentials
sync-paused = Paused
sync-paused-next = Resume
sync-untested = Not tested
sync-untested-next = Test the connection
sync-staging = Not running (staging)
sync-staging-why = Sync is off on staging until the vendor’s admin switches it on.
sync-copied = Not running (copy)
sync-copied-why = This database is a copy. The operator has to say that it is the one to sync from.
sync-to = To { $name }
sync-so-many-to = { $done } of { $of }, to { $name }
sync-name-and-na = { $name }, { $na } N/A
sync-community = Community
sync-security-group = Security Group
sync-would-remove = Would remove { $removes } of { $of }.
sync-look-first = Look first
sync-see-who = See who
sync-details = Details
sync-next-try = Next try: { $when }.
sync-given-up = Not tried again until the record changes or you press Sync now.
sync-said = { $platform } says: “{ $words }”.
sync-trouble = { $platform }: { $words }.
sync-said-nothing = { $platform } gave no reason.
sync-failed-ours = It is as it was there.
sync-waits = { $platform } does not answer, or asked to wait.
sync-first-hour = First sync: an hour or more
sync-first-hour-why = Higher Logic checks what it gets, so a first sync can take an hour or more to show there.
sync-companies-only = Companies only: no people to sync
sync-nobody-syncs = Nobody in this group can sync
sync-in-line = In line
sync-leaving = Leaving
sync-leaving-why = Removed there next
sync-held-why = No longer in this group. Nothing is removed until you decide.
sync-manager-why = Manager there, not in this group. Stays until you decide.
sync-kept = Kept
sync-kept-why = Stays there because an admin said so
sync-stranger = Added by hand in { $platform }.
sync-stranger-held = Not in this group. Added by hand in { $platform }. Nothing is removed until you decide.
sync-somebody = Somebody without a name
sync-companies-do-not = Companies do not sync to { $platform }.
sync-no-account = No user account.
sync-account-disabled = The user account is disabled.
sync-deactivated = The record is deactivated.
sync-not-eligible = It does not meet the criteria.
sync-give-account = Give them a login
sync-enable-account = Enable the login
sync-reactivate = Reactivate
sync-link-again = Choose another group
sync-count-up-to-date = { $number } Up To Date
sync-count-pending = { $number } Pending
sync-count-na = { $number } N/A
sync-count-failed = { $number } Failed
sync-count-going = { $number } leaving
sync-count-held = { $number } Held
sync-count-managers = { $number ->
    [one] 1 manager there
   *[other] { $number } managers there
}
sync-banner-held = Held: this sync would remove { $removes } of { $of } people from { $platform }.
sync-banner-held-next = Nothing was removed. Additions and changes go on.
sync-banner-stopped = { $platform } refuses our credentials, so nothing is sent.
sync-banner-staging = Sync is not running, because this is a staging website.
sync-banner-copied = Sync is not running, because this database is a copy.
sync-banner-broken = The link to { $platform } does not work.
sync-filter-attention = Needs attention ({ $number })
sync-filter-syncing = Syncing ({ $number })
sync-filter-unlinked = Not linked ({ $number })
sync-filter-up-to-date = { $platform }: Up To Date ({ $number })
sync-filter-pending = { $platform }: Pending ({ $number })
sync-filter-na = { $platform }: N/A ({ $number })
sync-filter-failed = { $platform }: Failed ({ $number })
sync-nightly = Last nightly check { $when }: { $found }
sync-nightly-found = { $number ->
    [0] no differences.
    [one] 1 difference, set right.
   *[other] { $number } differences, set right.
}
sync-summary = { $platform }: { $status }.
sync-progress = { $platform }: { $done } of { $of } done
sync-look-there = To check there: Admin › Settings › Sync External Database; pending refresh is 0 when all is done.
sync-now = Sync now
sync-status = Status
sync-decide = Decide
sync-others = In { $platform }, and not in this group
sync-more-others = There are more. These are the first 100.
sync-remove-there = Remove
sync-keep-there = Keep there
sync-unkeep = Keep no longer
sync-group-label = { $platform } Group
sync-group-hint = Saving starts the sync. The group here decides who is in: people added by hand in { $platform } are removed.
sync-silent = { $platform } did not answer: “{ $words }”.
sync-answered = { $platform } answered { $status }: “{ $words }”.
sync-cannot-ask = { $platform } could not be asked: { $words }.
sync-silent-next = Look at the connection in Association Settings, Integrations, then open this page again.
sync-stays-linked = Linked to { $name }. It stays so.
sync-gone-there = { $name } (not there any more)
sync-was-linked = Was linked to { $name } before. People who were added there since would be removed when it is linked again.
sync-option-linked = { $name } (linked to { $group })
sync-option-parent = { $name } (has a parent group: must be top-level)
sync-option-open = { $name } (not Private)
sync-tick-private = Private
sync-tick-open = Not Private
sync-tick-open-next = In { $platform }, set the group to Private, so that the group here decides who is in.
sync-tick-no-parent = Parent group: None
sync-tick-parent = Has a parent group
sync-tick-parent-next = In { $platform }, set the parent group to None: only top-level groups sync.
sync-tick-no-approval = No approval
sync-tick-approval = Asks managers for approval
sync-tick-approval-next = In { $platform }, uncheck “Joining the group requires managers approval.”
sync-switch = Sync to Higher Logic
sync-group-type = Group Type
sync-type-hint = Final once saved. Higher Logic makes a new group; one that is there already cannot be taken.
sync-type-fixed = Fixed since the first sync, { $when }. To change it, make a new group.
sync-type-final = As { $kind }. The Group Type cannot be changed afterwards.
sync-no-go-ahead = Your Higher Logic Rep has not given the go-ahead yet.
sync-no-go-ahead-next = Ask the Rep, then say so in Association Settings, Integrations.
sync-hl-status = Higher Logic Sync Status:
sync-hl-sent = { $done } of { $of } sent, { $na } N/A.
sync-name-there = Higher Logic began with the name { $name }. Names may differ; the sync goes on.
sync-who = Who would sync today
sync-who-heading = { $number } in the group
sync-syncs = Sync
sync-sort-people = { $number ->
    [one] 1 person with a user account
   *[other] { $number } people with a user account
}
sync-sort-no-account = { $number ->
    [one] 1 person without a user account
   *[other] { $number } people without a user account
}
sync-sort-disabled = { $number ->
    [one] 1 person whose user account is disabled
   *[other] { $number } people whose user account is disabled
}
sync-sort-deactivated = { $number ->
    [one] 1 deactivated record
   *[other] { $number } deactivated records
}
sync-sort-companies = { $number ->
    [one] 1 company record
   *[other] { $number } company records
}
sync-what-we-send = What we send
sync-sends-mobilize = First Name, Last Name, Email, Company Name, Job Title
sync-sends-forj = First Name, Last Name, Company Name, Job Title, and the Email that people are known by
sync-sends-bio = Bio
sync-sends-image = ProfileImage
sync-sends-social = SocialMediaSites
sync-sends-custom = { $number ->
    [0] no custom fields
    [one] 1 custom field marked Sync to Higher Logic
   *[other] { $number } custom fields marked Sync to Higher Logic
}
sync-preview = Preview changes
sync-preview-title = What a sync would do now
sync-preview-why = Read from the platform just now. Nothing was changed.
sync-preview-none = This group is not linked to a platform.
sync-preview-of = { $platform }: { $name }
sync-back = Back to the group
sync-confirm = Save
sync-confirm-title = Look before you save
sync-link-title = Link to { $name } in { $platform }
sync-unlink-title = Unlink from { $name } in { $platform }
sync-unlink-keeps = Nobody is removed from { $name }. The two only stop speaking to each other.
sync-unlink-again = If you link it again later, people who were added there meanwhile are removed.
sync-move-keeps = It is unlinked from { $name } first. Nobody is removed there.
sync-again-warns = It was linked before. People who came to { $platform } since are removed now, as the list below says.
sync-link = Link it
sync-unlink = Unlink it
sync-link-and-remove = Link it and remove { $number }
sync-impact = { $syncs } of { $of } in the group sync. { $there } are in { $platform } now.
sync-not = { $number } N/A: { $why }
sync-adds = { $number ->
    [one] 1 would be added
   *[other] { $number } would be added
}
sync-updates = { $number ->
    [one] 1 would be updated
   *[other] { $number } would be updated
}
sync-removes = { $number ->
    [one] 1 would be removed
   *[other] { $number } would be removed
}
sync-managers = { $number ->
    [one] 1 manager there, not in this group: stays until you decide
   *[other] { $number } managers there, not in this group: they stay until you decide
}
sync-conflicts = { $number ->
    [one] 1 has an e-mail that is somebody else’s account there
   *[other] { $number } have an e-mail that is somebody else’s account there
}
sync-person = Person
sync-why = Why
sync-why-left = Not in this group
sync-why-not-eligible = Does not sync any more
sync-why-stranger = Added by hand in { $platform }
sync-other-now = What would happen is not what you were shown.
sync-other-now-next = Nothing was changed. Look again, then decide.
sync-what-now = What should happen?
sync-type-number = To remove them all the same, type the number of people removed
sync-restore-hint = They can be brought back for 90 days.
sync-other-number = You typed { $typed }. This removes { $removes }.
sync-remove-number = Remove { $number }
sync-prove-why = { $number } people are removed from the platform. Type your password first.
sync-refused-title = It was not linked
sync-refused-taken = This group of { $platform } is linked to { $group } already.
sync-refused-taken-next = One group here goes with one group there. Choose another, or unlink that one first.
sync-refused-elsewhere = This group of { $platform } belongs to another association of this installation.
sync-refused-linked = Somebody linked this group meanwhile.
sync-refused-look-again = Look at the group again.
sync-refused-type = The Group Type cannot be changed once the sync was turned on.
sync-refused-type-next = Make a new group for another type.
sync-refused-parent = This group of { $platform } has a parent group.
sync-refused-open = This group of { $platform } is not Private.
sync-refused-gone = { $platform } does not have this group any more.
sync-refused-untyped = Choose a Group Type: Community or Security Group.
sync-refused-untyped-next = It is final once saved, so we do not choose for you.
sync-refused-silent-next = Try again once it answers.
sync-refused-kept = The rest of the group was saved, and the link is as it was.
sync-changes = Changes
sync-would-remove-title = This sync would remove { $removes } of { $of } people
sync-plan-title = { $removes } of { $of } people to be removed
sync-plan-held = Nothing was removed in { $platform }.
sync-plan-released = Released
sync-plan-released-when = By an admin, { $when }.
sync-plan-stopped = Stopped
sync-plan-stopped-when = By an admin, { $when }.
sync-plan-discarded = Everybody stays
sync-plan-discarded-when = An admin decided so, { $when }.
sync-plan-ended = Over
sync-plan-ended-when = It ended by itself, { $when }.
sync-removed-so-far = { $removed } of { $of } are removed.
sync-cause-first = It is the first sync, and these people are in { $platform } already. We ask before anybody is removed by a first sync.
sync-cause-credentials = The credentials of { $platform } were changed, so we ask before anybody is removed.
sync-cause-restored = The database was restored or copied, so we ask before anybody is removed from { $platform }.
sync-cause-conditions = The conditions were changed a moment ago. It may end by itself.
sync-cause-emptied = Nobody is left in the group. We ask before a group is emptied.
sync-cause-daily = More than 500 people would be removed from all groups within a day.
sync-cause-many-associations = Many associations have something held at once, so all removals wait.
sync-cause-linked = An admin saw these people and confirmed them with the link.
sync-cause-stopped = An admin stopped their removal, so we ask before it goes on.
sync-cause-too-many = We ask before more than { $most } are removed from a group of this size within a day.
sync-see-changes = See what changed
sync-download = Download the list
sync-removed = Removed
sync-restored = Brought back
sync-removed-at = Removed { $when }
sync-brought-back = Brought back { $when }
sync-adds-go-on = Additions do not wait for this.
sync-fix-group = Fix the group
sync-fix-group-why = Most likely. The hold ends by itself when fewer people would be removed.
sync-leave-held = Leave it held
sync-keep-all = { $number ->
    [one] Keep this person there
   *[other] Keep all { $number } there
}
sync-keep-all-why = They stay in the platform although they are not in the group.
sync-on-its-way = They are being removed
sync-stop = Stop
sync-stop-why = Nobody more is removed. It acts within seconds.
sync-restore-title = Bring them back
sync-restore = Bring back { $number }
sync-restore-why = They stay there until you say otherwise. Possible for 90 days.
sync-grown = { $then } would have been removed when you looked, and { $now } now.
sync-grown-next = Nothing was removed. A new list is being made; look at it in the group.
sync-decided = This was decided already, or a newer list took its place.
sync-decided-next = Nothing was done. Look at the group.
sync-too-late = What was removed can be brought back for 90 days.
sync-too-late-next = Add them to the group instead.
sync-plans = Removals that were held or confirmed
sync-runs = Full checks
sync-what = What
sync-when = When
sync-found = Found
sync-platform = Platform
sync-run-linked = Linked
sync-run-nightly = Nightly
sync-run-asked = Asked for
sync-run-settings = Settings changed
sync-run-restored = After a restore
sync-run-many-changes = Many changes
sync-run-unsure = An answer was lost
sync-run-found = { $there } there: { $added } missing, { $updated } with other fields, { $held } too many
sync-platforms-have = What each platform has
sync-in-no-group = In no linked group
sync-groups-there = Groups there
sync-sent = Sent
sync-whole-record = Record with all groups
sync-becomes = becomes
sync-would-get = It would get now:
sync-outcome-taken = { $platform } confirmed it ({ $status }).
sync-outcome-confirmed = { $platform } confirmed it.
sync-outcome-bulk = Sent together with others, and taken.
sync-outcome-refused = Refused.
sync-outcome-unknown = Nobody knows yet whether it was taken.
sync-see-it = See it
sync-sent-title = What was sent about { $name }
sync-sent-none = Nothing was sent yet.
sync-sent-list = As it went out
sync-payload = Fields
sync-sent-add = Added to
sync-sent-update = Fields
sync-sent-remove = Removed from
sync-sent-push = Record with all groups
sync-sent-confirmed = Found as it should be
sync-field-first-name = First Name
sync-field-last-name = Last Name
sync-field-email = Email
sync-field-company-name = Company Name
sync-field-job-title = Job Title
sync-field-bio = Bio
sync-field-image = Profile image
sync-field-social = Social sites
sync-field-website = Website
sync-field-member = Is a member
sync-field-custom = Custom fields
sync-field-communities = Communities
sync-field-security-groups = Security Groups


## Integrations with the platforms

toast-saved-untested = Saved. Sync waits until a test of the connection succeeds.
toast-integration-paused = Paused. Nothing is sent until it is resumed.
toast-integration-resumed = Resumed.
toast-integration-disconnected = Disconnected. Nobody was removed.
integrations-title = Association Settings, Integrations
integrations-staging-what = This is a staging site.
integrations-staging-next = Test Connection works. Sync does not run until your operator switches it on.
integrations-staging-move = What changes when it goes live
integrations-copied-what = This database is a copy.
integrations-copied-next = It was restored, or copied from another place, so nothing is sent: two copies would undo each other’s changes. If this is the one that counts, your operator runs <code>novi-sso sync release --database</code>.
integrations-where-mobilize = In Mobilize: Community Settings › Authentication › Integrations › Create API Key. You need an Enterprise-level account, and to be its Account Owner.
integrations-where-forj = In Forj Community: Community Settings › Authentication › Integrations › Create API Key. You need to be the Account Owner and have access to the Forj Community API.
integrations-where-higher-logic = Your Higher Logic Rep gives you the API Key and the Tenant Code.
integrations-guide = Show every step
integrations-taken = { $platform } is connected.
integrations-taken-next = Both are the same platform under two names, so only one of them can be connected. Disconnect { $platform } first to use this one.
integrations-not-connected = Not connected
integrations-connected = Connected
integrations-not-tested = Not tested
integrations-stopped = Stopped
integrations-paused = Paused
integrations-waits = Waiting
integrations-staging = Not running (staging)
integrations-copied = Database was copied
integrations-stopped-what = { $platform } refused these credentials: “{ $words }”
integrations-stopped-next = Nothing is sent. Press Test Connection to { $platform }: when it succeeds, sync goes on. Otherwise replace the key.
integrations-not-tested-what = Sync waits for a good test.
integrations-not-tested-next = Press Test Connection to { $platform }.
integrations-waits-what = { $platform } is not called until { $until }.
integrations-waits-next = It asked for a pause, or did not answer as it should. What waits is sent afterwards, by itself.
integrations-stale-next = Nothing was tested or saved. Paste what you pasted once more.
integrations-refused = This was not saved.
integrations-api-key = API Key
integrations-api-secret = API Secret
integrations-key-and-secret = API Key and API Secret
integrations-tenant = Tenant Code
integrations-draft = Typed just now, not saved. Leave this empty to keep it.
integrations-saved = Saved { $when }. It cannot be shown again.
integrations-replace = Replace
integrations-keep-saved = Keep the saved one
integrations-activated = Your Rep has activated
integrations-activated-hint = Only what is ticked is sent. Ask your Rep to activate these three properties, or to confirm that they are on.
integrations-bio = <code>MembershipIntegrateBio</code>
integrations-image = <code>IntegrateProfileImage</code>
integrations-social = <code>IntegrateSocialMediaSites</code>
integrations-go-ahead = Your Rep gave the go-ahead
integrations-go-ahead-waits = Groups wait for this.
integrations-go-ahead-hint = Until then no group can be synced to Higher Logic: your Rep has to confirm first that the connection is on and working.
integrations-email = Keep e-mail in step
integrations-email-hint = When somebody’s e-mail changes here, it changes in Forj Community too. Without it, they cannot log in there with the new one.
integrations-advanced = For your operator: address and profile
integrations-address = Address of the API
integrations-address-hint-key = Changing it clears what is saved: the API Key goes to the address that it was typed for, and nowhere else.
integrations-address-hint = Changing it clears what is saved: API Key and API Secret go to the address that they were typed for, and nowhere else.
integrations-profile = Profile
integrations-profile-hint = A JSON object with what differs from the documented paths, fields and limits. Usually empty.
integrations-test = Test Connection to { $platform }
integrations-untested-hint = You can save without a good test. Sync waits until a test succeeds.
integrations-health = How it is going
integrations-waiting = Waiting
integrations-waiting-count = { $count ->
    [0] nothing
    [one] 1 record
   *[other] { $count } records
}
integrations-last-success = Last success
integrations-last-check = Last full check
integrations-never = not yet
integrations-checks = The last full checks
integrations-groups = Linked groups
integrations-no-groups = None. Link one on its tab Details.
integrations-confirmed = { $count ->
    [0] nobody there
    [one] 1 there
   *[other] { $count } there
}
integrations-doubted = Removals wait until a full check has found the same community behind these credentials.
integrations-pause = Pause
integrations-resume = Resume
integrations-disconnect = Disconnect
integrations-worksheet = Print the Technical Worksheet, filled in
integrations-key-missing = Paste the API Key.
integrations-secret-missing = Paste the API Secret.
integrations-address-changed = The address was changed. What you typed for the old one does not go to the new one: paste it again.
integrations-tenant-missing = Enter the Tenant Code. Your Higher Logic Rep has it.
integrations-not-a-secret = This cannot be right: { $words }.
integrations-address-wrong = This address cannot be used: { $words }.
integrations-profile-wrong = This profile cannot be used: { $words }.
integrations-community-taken = Another association of this installation is connected to this community already. A community belongs to one association.
integrations-family-taken = Mobilize and Forj Community are the same platform under two names, and the other one is connected. Disconnect it first.
integrations-other-tenant = Groups are linked in another tenant. Disconnect Higher Logic first; then connect this one.
integrations-gone = Nothing is connected any more.
test-good = Connection works.
test-bad = Connection test failed.
test-works = { $platform } answered in { $seconds } s.
test-works-tenant = { $platform } answered in { $seconds } s, for tenant { $tenant }.
test-works-next = Save, and sync can begin.
test-answered = { $platform } answered { $status } “{ $words }” in { $seconds } s.
test-said = { $platform } said “{ $words }” after { $seconds } s.
test-not-sent = Nothing was sent to { $platform }: { $words }.
test-not-reached = { $platform } could not be reached: { $words }.
test-silent = { $platform } did not answer as it should within { $seconds } s: { $words }.
test-next-mistake = Correct it and test again.
test-next-unauthorized = { $platform } does not take this API Key together with this API Secret. Paste both again, without blanks at the end. The secret is shown only once there: if it is lost, make a new key.
test-next-forbidden = { $platform } knows the key, and it may not be used for this. The key has to be made by the Account Owner, and the account needs the API (Enterprise level).
test-next-forbidden-forj = { $platform } knows the key, and it may not be used for this. The key has to be made by the Account Owner, and the account needs the Forj Community API. Ask support-community@forj.ai to add it.
test-next-higher-logic-key = { $platform } does not take this API Key. Paste it again, without blanks at the end. If it stays so, ask your Rep whether the connection is on.
test-next-tenant = The API Key is known, the Tenant Code is not. Compare it with what your { $platform } Rep sent you, letter by letter.
test-next-unreachable = Test again in a minute. If it stays so, ask your operator whether this server may call the address of { $platform }.
test-next-silent = Test again in a minute. If it stays so, look whether { $platform } reports an outage.
test-next-busy = { $platform } asks for patience. Test again in a minute.
test-next-refused = { $platform } refused the question itself. Your operator should compare the profile below with what { $platform } documents.
test-next-not-the-api = What answered there is not the API of { $platform }. Your operator should look at the address below.
disconnect-title = Disconnect { $platform }?
disconnect-groups = { $count ->
    [0] No group is linked.
    [one] 1 group is unlinked:
   *[other] { $count } groups are unlinked:
}
disconnect-nobody = Nobody is removed in { $platform }. Its groups stay as they are.
disconnect-secret = The saved credentials are forgotten here. Revoke them there as well.
disconnect-log-in = Members go on logging in to { $platform } with their association login: that is the SSO client’s business.
disconnect-button = Disconnect { $platform }
field-higher-logic = Sync to Higher Logic
field-higher-logic-hint = The field is part of what Higher Logic gets of each record. Your Rep maps it to a field there; the names need not match.
field-higher-logic-hidden = Sync to Higher Logic can be chosen once the field is shown in the Members section. Switch that on, save, and come back.

## Guides for the other side

print = Print
connect-title = Connect
connect-intro = Each guide follows the platform’s own document, step by step, with what to paste where.
connect-about-mobilize = Log in with the association login, and groups that follow yours.
connect-about-forj = Mobilize under its newer name, with the names that it uses now.
connect-about-higher-logic = Log in with the association login; communities and security groups that your groups make.
connect-api-missing = API key not saved yet
connect-api-untested = API key saved, not tested
connect-api-refused = API key refused
connect-api-works = API key works
connect-sso-done = SSO client is there
connect-sso-missing = SSO client not added yet
connect-groups-linked = { $count ->
    [0] No group linked yet
    [one] 1 group linked
   *[other] { $count } groups linked
}
connect-open = Connect { $platform }
connect-another = Another website
connect-another-about = Any website that speaks OpenID Connect can let your members log in. Add an SSO client for it.
connect-guide-title = Connect { $platform }
connect-progress = Progress
connect-line-api = API key
connect-line-sso = Single sign-on
connect-line-groups = Groups
connect-line-sync = Sync
connect-line-properties = Properties
connect-line-confirmed = Connection works
connect-line-go-ahead = Go-ahead
connect-vocabulary = Two words mean different things here and there. In { $platform } you set up one Community. It holds Groups, and a group there mirrors a group here.
connect-number = { $number }.
connect-here = Here, in your association
connect-there = There, in { $platform }
connect-step-api = Initial setup and connection
connect-step-api-forj = Initial setup and connection: generate your API key
connect-step-sso = Single sign-on setup
connect-step-groups = Create groups in { $platform }
connect-step-groups-forj = Create your group in { $platform }
connect-step-sync = Sync your groups to { $platform }
connect-api-here = Nothing yet. The key is made there first.
connect-api-path = Click your community’s name (top left) › <strong>Authentication</strong> › <strong>Integrations</strong> › <strong>Create API Key</strong>.
connect-api-need = You need an Enterprise-level account, and to be its Account Owner.
connect-api-need-forj = You need to be the Account Owner and have access to the Forj Community API. To add the API to your account, write to support-community@forj.ai.
connect-api-keep = Keep this page open: both values go into Association Settings in a moment.
connect-api-appear = Your <strong>API Key</strong> and <strong>API Secret</strong> appear. The secret is shown only once: if it is lost, a new key has to be made.
connect-key-suggestion = Suggested description
connect-key-label = Description of the API key
connect-key-slot = Paste it, then save there
connect-key-description = { $association }-Novi Connection
connect-key-description-forj = { $association }-Novi AMS
connect-api-paste = In Association Settings › Integrations, paste the { $platform } API Key and API Secret. Press Test Connection to { $platform } before you save. When it works, save.
connect-api-test = { $platform } answers the test at once. The two systems are connected then; nothing is sent until a group is linked.
connect-to-integrations = Open Integrations
connect-sso-why = Members log in to { $platform } with their association login, so that it knows them as the people that the sync sends.
connect-address = Your community’s address
connect-address-hint = As you see it in the browser, with your own domain if you have one
connect-address-wrong = This is no address of a community. Write it like harbortrades.mobilize.io.
connect-address-use = Use this address
connect-address-there = Open your community and copy what stands in the address bar.
connect-redirect = Valid Redirect Url
connect-redirect-ask = Type your community’s address above, and it is made from it.
connect-add-client = Add SSO Client
connect-sso-path = Click your community’s name (top left) › <strong>Authentication</strong> › the arrow next to <strong>OpenID Configuration</strong>. Switch it <strong>ON</strong>, then fill in what follows.
connect-website = Your website’s URL
connect-directory-document = Directory Document
connect-directory-document-slot = Paste your website’s URL, no slash at the end
connect-client-id = Client Id
connect-client-first = Add the SSO client with the Valid Redirect Url above, then come back.
connect-app-id = { $platform } App ID
connect-app-id-slot = Paste the Client Id
connect-secret-key = Secret Key
connect-secret-reveal = Open the SSO client and reveal it
connect-app-secret = { $platform } App Secret
connect-app-secret-slot = Paste the Secret Key
connect-nothing = Nothing to copy
connect-method-why = This says how { $platform } proves who it is.
connect-method = OIDC Client Authentication Method
connect-method-slot = Select <strong>Post Body</strong>
connect-button-label = Suggested button text
connect-button-suggestion = Log in with { $association }
connect-button-there = Button Label Text
connect-button-slot = Paste it, or write your own. Then save there.
connect-groups-first = Before a group here can be synced, its counterpart in { $platform } has to be there: it is never made from here.
connect-groups-plus = Press <strong>( + )</strong> next to <strong>Groups</strong> in the main navigation bar of { $platform }.
connect-screen-1 = Screen 1
connect-screen-1-why = A group that is synced has to be a top-level group.
connect-group-name = Name your group. It need not be called like the one here.
connect-group-parent = Parent Group: <strong>None</strong>
connect-group-email = The group’s e-mail address fills itself in. Click Next.
connect-screen-2 = Screen 2
connect-screen-2-why = So that your group alone says who is in it: whoever joins in { $platform } by themselves is taken out at the next sync.
connect-group-private = Group permissions: <strong>Private</strong>
connect-group-approval = Uncheck <strong>Joining the group requires managers approval.</strong> A private group does not need it.
connect-group-post = Who can post on this group? <strong>Members and group managers</strong>
connect-group-create = Click <strong>Create Group</strong>.
connect-groups-others = Groups and sub-groups that you do not link stay as they are. People can go on joining them by themselves in { $platform }.
connect-groups-closed = For those, choose <strong>Closed</strong> and check <strong>Joining the group requires manager approval.</strong>
connect-groups-settings = Then look through the group’s settings once.
connect-group-events = Switch <strong>Events</strong> off: they have nothing to do with your association’s events, and may confuse members.
connect-group-form = A <strong>Registration Form</strong> is not needed in a synced group.
connect-group-managers = Give it a logo, say who its managers are, and how often members get e-mail. Managers are not removed by the sync.
connect-sync-group = Make a group with the people who should be in the community’s group.
connect-sync-one = One group here for one group in { $platform }.
connect-sync-details = On the group’s tab <strong>Details</strong>, choose its { $platform } group and save.
connect-sync-begins = Saving begins the sync. Before that you see who will be in { $platform }, who is N/A and why, and who there would be removed.
connect-sync-who = Only people with a login are synced, no companies. Who gets a login later follows by themselves.
connect-sync-manual = Whoever is added by hand in { $platform } is removed at the next sync. Add them to the group here instead.
connect-sync-fields = First Name, Last Name, Email, Company Name and Job Title are sent, and nothing else.
connect-sync-fields-forj = First Name, Last Name, Company Name and Job Title are sent, and the e-mail that says who somebody is. Nothing else.
connect-sync-unlink = Unlinking removes nobody in { $platform }: the two systems just stop speaking to each other.
connect-sync-status = The list of groups and each group’s tab Members show how it goes: Up To Date, N/A with the reason, Pending, Failed, Held.
connect-sync-manage = To remove somebody, take them out of the group here.
connect-staging = Still on staging?
connect-is-staging = This is a staging site.
connect-staging-sync = On a staging site, logging in works and sync does not run until your operator switches it on.
connect-staging-directory = After launch, put your live website’s URL into Directory Document.
connect-move = Move to live lists every place.
hl-name = Higher Logic
hl-title = Connect Higher Logic
hl-consult = Speak to Higher Logic before anything else.
hl-consult-why = Even if you are only considering it: they plan for your launch date, and for onboarding or migration.
hl-set-up = Integration setup
hl-1 = 1. Ask your Rep for the API information and the worksheet
hl-1-here = Nothing to do here yet. Your Higher Logic Rep sends three things.
hl-1-worksheet = OAuth Code Flow Offering and Technical Worksheet (for single sign-on, which is recommended)
hl-2 = 2. Add the API Key and the Tenant Code
hl-2-there = Both come from your Rep. They go into Association Settings › Integrations.
hl-3 = 3. Ask for three properties
hl-3-here = Ask your Rep to activate them, or to confirm that they are on. Tick here what is on: only that is sent.
hl-3-done = All three are on
hl-4 = 4. Confirm that the connection is on and working
hl-4-here = Test Connection says whether the key and the tenant are known.
hl-4-there = Your Higher Logic Rep confirms that the connection is on and working.
hl-5 = 5. Set up single sign-on
hl-5-here = One login for both websites. It takes a few minutes, and an SSO client.
hl-5-there = Higher Logic works by a worksheet. Ours is filled in: print it, and send it to your Rep with theirs.
hl-6 = 6. Choose custom fields
hl-6-here = Once the API Key is saved, each custom field that is shown in the Members section can be synced to Higher Logic. Choose those that should be part of the feed.
hl-6-button = Open Custom Fields
hl-6-there = Your Rep maps each field to one of Higher Logic’s. The names need not match.
hl-6-key = With communities or security groups from before, you need a field that maps your records to the old ones: at least a field “Key”.
hl-groups = Create and connect a group
hl-go-ahead = First, the go-ahead
hl-go-ahead-here = Your Rep gives it. Then switch on “Your Rep gave the go-ahead” in Association Settings › Integrations.
hl-one = One group here makes one Community or one Security Group there.
hl-new = A group cannot be synced to a Community or Security Group that exists already.
hl-rename = Its name and its members can change afterwards, here and there.
hl-a = 1. Create a group here
hl-a-who = Companies, and people with a login, are synced. People without a login are not, even if they are in the group.
hl-b = 2. Sync the group to Higher Logic
hl-b-here = Look at the members first. Then, on the tab <strong>Details</strong>, switch on <strong>Sync to Higher Logic</strong>, choose the <strong>Group Type</strong> (Community or Security Group) and save. The Group Type cannot be changed afterwards.
hl-b-hour = The first time, it can take an hour or more, because Higher Logic checks what comes in. After that, changes arrive almost at once.
hl-b-name = The group’s name becomes the name there. Change it in Higher Logic whenever you like: the sync goes on.
hl-b-deactivated = A record that is deactivated here stays in Higher Logic, but cannot log in any more.
hl-c = 3. Confirm that the sync was successful
hl-c-here = The group’s page shows the Higher Logic Sync Status.
hl-c-there = <strong>Admin</strong> › <strong>Settings</strong> › <strong>Sync External Database</strong>: when the number of contacts pending refresh is 0, the sync is complete.
hl-staging-worksheet = After launch, send your Rep the worksheet with your live website’s URLs.
worksheet-title = Technical Worksheet for Higher Logic
worksheet-intro = OAuth code flow of { $association }: what Higher Logic needs for single sign-on.
worksheet-which = SSO client
worksheet-choose = Choose
worksheet-no-client = There is no SSO client for Higher Logic yet.
worksheet-no-client-next = Add one with your community’s redirect URL; then its Client Id stands here.
worksheet-endpoints = Endpoints
worksheet-what = What is asked
worksheet-value = Value
worksheet-flow = Flow
worksheet-flow-value = OAuth 2.0 authorization code, response_type=code
worksheet-authorize = Authorization endpoint
worksheet-token = Token endpoint
worksheet-userinfo = User info endpoint
worksheet-jwks = JWKS
worksheet-discovery = Discovery document
worksheet-issuer = Issuer
worksheet-redirect = Redirect URL
worksheet-redirect-pattern = https://YOUR_COMMUNITY_HOST/HigherLogic/Security/OAuth/Authentication.aspx
worksheet-credentials = Client and key
worksheet-client-id = Client ID
worksheet-secret = Client secret
worksheet-secret-value = Handed over separately, never with this sheet: the admin named below reveals it on the page of the SSO client and sends it by a channel that you agree on.
worksheet-method = Client authentication
worksheet-method-value = Post body (client_secret_post); Basic works too
worksheet-scope = Scope
worksheet-scope-value = <code>profile email</code>
worksheet-key = Unique identifier
worksheet-key-value = The claim <code>sub</code> is the <strong>Legacy Contact Key</strong>. It never changes, and the sync sends the same value.
worksheet-claims = Claims
worksheet-claim = Claim
worksheet-meaning = What it is
worksheet-claim-sub = UniqueID of the member
worksheet-claim-given-name = First name
worksheet-claim-family-name = Last name
worksheet-claim-name = Full name
worksheet-claim-company = Company; absent when there is none
worksheet-claim-job-title = Job title; absent when there is none
worksheet-claim-status = Member status, as the association keeps it
worksheet-claim-email = E-mail that the member logs in with
worksheet-contacts = Contacts
worksheet-association = Association
worksheet-admin = Filled in by
worksheet-help = Help for members
worksheet-open = to be filled in

## Move to live

toast-everything-moved = Everything is moved.
event-association-move-finished = Every platform knows the address { $subject }
move-title = Move to live
move-settled = Nothing has to be changed on any platform.
move-settled-where = This association is at { $issuer }.
move-staging = One day it moves to its live address. Then every website below has to learn the new one: they compare it letter by letter.
move-staging-command = Your operator moves it with <code>novi-sso association move --site-url URL</code>. Clients, Client Ids, Secret Keys, logins and linked groups stay as they are. This page then lists what to change where, with texts that are ready to be sent.
move-moved = The address of this association changed { $when }.
move-moved-why = Until a website below knows the new one, its members cannot log in there with their association login.
move-addresses = The address
move-before = Before
move-now = Now
move-off = Switched off
move-what-mobilize = In { $client }: Community Settings › Authentication › OpenID Configuration › Directory Document. Paste the new address, no slash at the end, and save.
move-what-higher-logic = { $client } keeps the endpoints of the technical worksheet: send your Rep the new one.
move-what-other = In { $client }: wherever it keeps the issuer, the discovery document, or the endpoints for authorize, token and userinfo.
move-own-urls = These URLs in its settings here lead to the old address:
move-letter = Ready to be sent
move-letter-mobilize =
    The website of { $association } has moved. In the settings of { $client }, Community Settings › Authentication › OpenID Configuration, change one field and save:

    Directory Document: { $new }
    (before: { $old })

    App ID, App Secret and the authentication method (Post Body) stay as they are.
move-letter-higher-logic =
    The website of { $association } has moved from { $old } to { $new }. In the OAuth settings of { $client }, change these endpoints:

    Authorization endpoint: { $new }/oauth/authorize
    Token endpoint: { $new }/oauth/token
    User info endpoint: { $new }/oauth/userinfo

    Client ID, client secret, scope and the Legacy Contact Key (sub) stay as they are.
move-letter-other =
    The website of { $association } has moved from { $old } to { $new }. In the OpenID Connect settings of { $client }, change the issuer:

    Issuer: { $new }
    Discovery document: { $new }/.well-known/openid-configuration

    The client id, the client secret and the redirect URLs stay as they are.
move-rest = What else there is
move-rest-clients = Client Ids, Secret Keys and the groups’ links stay as they are. Members keep their UniqueIDs.
move-rest-sync = API keys of Mobilize, Forj Community and Higher Logic stay as they are: sync calls them, they do not call here.
move-rest-hooks = Automation tools that send updates call <code>/hooks/…</code> at the new address from now on.
move-rest-staging = A staging association that went live syncs once your operator says so from the command line.
move-finish = Everything is moved
move-finish-hint = This page forgets the old address then. It is recorded who said so.

## Updates from automation tools

hooks-title = Updates from automation tools
hooks-what = A tool such as Zapier may send what members changed in their community. It may write the fields that you choose, and nothing else.
hooks-add = Add a tool
hooks-none = No tool may write here
hooks-none-why = Give one an address and a secret, and say which fields it may write.
hooks-name = Name
hooks-name-hint = What sends here, so that you know it again: Forj, by Zapier
hooks-name-empty = Enter a name.
hooks-name-long = Use at most { $most } characters.
hooks-name-controls = Remove the characters that cannot be seen.
hooks-fields = Fields
hooks-fields-none = Choose at least one field.
hooks-may-write = It may write
hooks-may-write-hint = Never e-mail, login, status, groups, name or company, whatever it sends.
hooks-add-button = Add it and show its secret
hooks-field-phone = Phone
hooks-field-picture = Picture
hooks-field-bio = Bio
hooks-field-website = Website
hooks-field-facebook = Facebook
hooks-field-linkedin = LinkedIn
hooks-field-twitter = Twitter
hooks-field-youtube = YouTube
hooks-field-instagram = Instagram
hooks-last-used = Last used
hooks-never = Never
hooks-calls = Calls today
hooks-ignored = Ignored
hooks-ignored-hint = Fields that it sent and may not write.
hooks-number = { $number }
hooks-state = State
hooks-state-unused = Not used yet
hooks-state-open = Open
hooks-state-held = Held
hooks-state-closed = Closed
hooks-waiting = { $count ->
    [one] 1 update waits.
   *[other] { $count } updates wait.
}
hooks-decide = Look at them
hooks-made-new = Copy both into the tool now.
hooks-made-secret = Copy the new secret into the tool now.
hooks-made-once = The secret is shown this once. If it gets lost, make a new one.
hooks-url = URL
hooks-secret = Secret
hooks-done = I have copied it
hooks-made = Added
hooks-made-by = { $at }, by { $by }
hooks-old = The secret before
hooks-old-unused = The secret before this one still works until { $until }. It was not used since.
hooks-old-used = The secret before this one still works until { $until }. It was last used { $used }.
hooks-how = What the tool sends
hooks-how-body = A <code>POST</code> to the URL with a JSON body of at most 64 KiB: whom it is about, as <code>member</code> (their UniqueID) or <code>email</code> (the e-mail they log in with), and the new values. <code>null</code> empties a field.
hooks-how-timestamp = <code>x-novi-timestamp</code>: now, in seconds since 1970. After 5 minutes it is old news, and ignored.
hooks-how-delivery = <code>x-novi-delivery</code>: an id that is new each time. What comes again is ignored.
hooks-how-signature = <code>x-novi-signature</code>: <code>sha256=</code> and the HMAC-SHA256 of timestamp, full stop and body under the secret, in hexadecimal.
hooks-how-answers = The answer is <code>changed</code>, <code>same</code>, <code>ignored</code> or <code>waiting</code>. 401: the signature is wrong. 422: a value is wrong, and nothing was written. 429: more than it may send in a minute.
hooks-zapier = In Zapier
hooks-zapier-trigger = Start the Zap with the trigger of your community: a member changed their profile.
hooks-zapier-code = Add the step <strong>Code by Zapier</strong>, event <strong>Run Javascript</strong>, with the code below. Give it the input data
hooks-zapier-request = Add the step <strong>Webhooks by Zapier</strong>, event <strong>Custom Request</strong>. Method: <strong>POST</strong>. URL: the one above. Data: <strong>Body</strong> of the step before. Data Pass-Through and Unflatten: no.
hooks-zapier-headers = Headers: <code>content-type</code> is <code>application/json</code>; <code>x-novi-timestamp</code>, <code>x-novi-delivery</code> and <code>x-novi-signature</code> are Timestamp, Delivery and Signature of the step before.
hooks-zapier-try = Test the step. This page then says when the tool was last used.
hooks-zapier-script = Code for the step
hooks-curl = On a command line
hooks-curl-script = With curl and openssl
hooks-past = Latest updates
hooks-past-none = Nothing has come yet
hooks-past-none-why = What the tool sends is listed here, with what became of it.
hooks-member = Member
hooks-when = When
hooks-outcome = Outcome
hooks-outcome-changed = Changed
hooks-outcome-same = The same already
hooks-outcome-waiting = Waits
hooks-outcome-applied = Let through
hooks-outcome-discarded = Thrown away
hooks-secret-new = New secret
hooks-secret-title = A new secret for { $hook }
hooks-secret-overlap = The present secret works for { $days } days more, so that the tool can be changed without a pause.
hooks-secret-third = There are two at most: this one stops at once when you make another.
hooks-secret-button = Make a new secret
hooks-close = Close
hooks-close-title = Close { $hook }
hooks-close-now = Nothing that it sends is taken from now on.
hooks-close-waiting = { $count ->
    [one] 1 update that waits is thrown away.
   *[other] { $count } updates that wait are thrown away.
}
hooks-close-stays = What it has changed stays as it is.
hooks-close-for-good = It cannot be opened again. Add another one instead.
hooks-close-button = Close { $hook }
hooks-held = It changed too many members within an hour, so it was stopped.
hooks-held-next = Nothing of this is written yet. If this is what you expected, let it through. If not, throw it away, or close the tool.
hooks-waiting-here = What waits
hooks-waiting-title = What { $hook } sent and waits
hooks-waiting-none = Nothing waits
hooks-release-button = { $count ->
    [one] Let 1 update through
   *[other] Let { $count } updates through
}
hooks-discard-button = { $count ->
    [one] Throw 1 update away
   *[other] Throw { $count } updates away
}
hooks-would = Would change
hooks-would-nothing = Nothing. It is so already.
hooks-becomes = becomes
hooks-nothing = nothing
hooks-sent = Sent
hooks-more = More
hooks-prove-secret = Whoever has the new secret may write what { $hook } may write.
hooks-prove-release = What { $hook } sent will be written.
hooks-prove-discard = What { $hook } sent will be thrown away for good.
toast-hook-closed = Closed. Nothing that it sends is taken any more.
toast-hook-released = Let through.
toast-hook-discarded = Thrown away.
