//! Every URL on one page: protocol, people, admins.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tower_http::cors::{Any, CorsLayer};

use crate::app::App;
use crate::{associations, consents, members, oidc, sessions, telemetry, web};

/// Paths and methods as mounted, for the tests that walk them all.
pub const ROUTES: &[(&str, &str)] = &[
    ("GET", "/.well-known/openid-configuration"),
    ("GET", "/.well-known/oauth-authorization-server"),
    ("GET", "/oauth/jwks"),
    ("POST", "/oauth/token"),
    ("POST", "/oauth/revoke"),
    ("POST", "/oauth/introspect"),
    ("POST", "/oauth/par"),
    ("GET", "/oauth/userinfo"),
    ("POST", "/oauth/userinfo"),
    ("GET", "/oauth/authorize"),
    ("POST", "/oauth/authorize"),
    ("GET", "/sso/auth"),
    ("GET", "/log-in"),
    ("POST", "/log-in"),
    ("GET", "/log-out"),
    ("POST", "/log-out"),
    ("GET", "/set-up"),
    ("POST", "/set-up"),
    ("GET", "/account"),
    ("POST", "/account/password"),
    ("POST", "/account/log-out-everywhere"),
    ("GET", "/account/apps"),
    ("POST", "/account/apps/{client_id}/withdraw"),
    ("GET", "/admin/sso-clients"),
    ("GET", "/admin/sso-clients/new"),
    ("POST", "/admin/sso-clients/new"),
    ("GET", "/admin/sso-clients/{client_id}"),
    ("POST", "/admin/sso-clients/{client_id}"),
    ("GET", "/admin/sso-clients/{client_id}/failures"),
    ("GET", "/admin/sso-clients/{client_id}/preview"),
    ("POST", "/admin/sso-clients/{client_id}/reveal"),
    ("POST", "/admin/sso-clients/{client_id}/secrets/{secret_id}/reveal"),
    ("GET", "/admin/sso-clients/{client_id}/secrets/{secret_id}/remove"),
    ("POST", "/admin/sso-clients/{client_id}/secrets/{secret_id}/remove"),
    ("GET", "/admin/sso-clients/{client_id}/new-secret"),
    ("POST", "/admin/sso-clients/{client_id}/new-secret"),
    ("GET", "/admin/sso-clients/{client_id}/switch-off"),
    ("POST", "/admin/sso-clients/{client_id}/switch-off"),
    ("POST", "/admin/sso-clients/{client_id}/switch-on"),
    ("GET", "/admin/sso-clients/{client_id}/delete"),
    ("POST", "/admin/sso-clients/{client_id}/delete"),
    ("GET", "/admin/groups"),
    ("GET", "/admin/groups/new"),
    ("POST", "/admin/groups/new"),
    ("GET", "/admin/groups/{group_id}"),
    ("POST", "/admin/groups/{group_id}"),
    ("GET", "/admin/groups/{group_id}/members"),
    ("GET", "/admin/groups/{group_id}/members/add"),
    ("POST", "/admin/groups/{group_id}/members/add"),
    ("POST", "/admin/groups/{group_id}/members/remove"),
    ("GET", "/admin/groups/{group_id}/members/paste"),
    ("POST", "/admin/groups/{group_id}/members/paste"),
    ("GET", "/admin/groups/{group_id}/history"),
    ("GET", "/admin/groups/{group_id}/delete"),
    ("POST", "/admin/groups/{group_id}/delete"),
    ("GET", "/admin/events"),
    ("GET", "/admin/members"),
    ("GET", "/admin/members/new"),
    ("POST", "/admin/members/new"),
    ("GET", "/admin/members/{record_id}"),
    ("GET", "/admin/members/{record_id}/edit"),
    ("POST", "/admin/members/{record_id}/edit"),
    ("GET", "/admin/members/{record_id}/deactivate"),
    ("POST", "/admin/members/{record_id}/deactivate"),
    ("POST", "/admin/members/{record_id}/reactivate"),
    ("POST", "/admin/members/{record_id}/log-out-everywhere"),
    ("GET", "/admin/members/{record_id}/login"),
    ("POST", "/admin/members/{record_id}/login"),
    ("GET", "/admin/members/{record_id}/login/disable"),
    ("POST", "/admin/members/{record_id}/login/disable"),
    ("POST", "/admin/members/{record_id}/login/enable"),
    ("GET", "/admin/settings"),
    ("POST", "/admin/settings"),
    ("GET", "/admin/settings/fields"),
    ("GET", "/admin/settings/fields/new"),
    ("POST", "/admin/settings/fields/new"),
    ("GET", "/admin/settings/fields/{field_id}"),
    ("POST", "/admin/settings/fields/{field_id}"),
    ("GET", "/admin/settings/fields/{field_id}/delete"),
    ("POST", "/admin/settings/fields/{field_id}/delete"),
    ("GET", "/admin/settings/hooks"),
    ("GET", "/admin/settings/hooks/new"),
    ("POST", "/admin/settings/hooks/new"),
    ("GET", "/admin/settings/hooks/{hook_id}"),
    ("GET", "/admin/settings/hooks/{hook_id}/new-secret"),
    ("POST", "/admin/settings/hooks/{hook_id}/new-secret"),
    ("GET", "/admin/settings/hooks/{hook_id}/close"),
    ("POST", "/admin/settings/hooks/{hook_id}/close"),
    ("GET", "/admin/settings/hooks/{hook_id}/waiting"),
    ("POST", "/admin/settings/hooks/{hook_id}/release"),
    ("POST", "/admin/settings/hooks/{hook_id}/discard"),
    ("POST", "/hooks/{connection}"),
    ("GET", "/sso-assets/{hash}/{name}"),
    ("GET", "/"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
];

/// Those of group sync.
#[cfg(feature = "sync")]
pub const SYNC_ROUTES: &[(&str, &str)] = &[
    ("GET", "/admin/settings/integrations"),
    ("POST", "/admin/settings/integrations/{platform}"),
    ("POST", "/admin/settings/integrations/{platform}/pause"),
    ("POST", "/admin/settings/integrations/{platform}/resume"),
    ("GET", "/admin/settings/integrations/{platform}/disconnect"),
    ("POST", "/admin/settings/integrations/{platform}/disconnect"),
    ("GET", "/admin/connect"),
    ("GET", "/admin/connect/mobilize"),
    ("GET", "/admin/connect/forj"),
    ("GET", "/admin/connect/higher-logic"),
    ("GET", "/admin/connect/higher-logic/worksheet"),
    ("GET", "/admin/move"),
    ("POST", "/admin/move"),
    ("GET", "/admin/groups/sync"),
    ("GET", "/admin/groups/{group_id}/sync"),
    ("POST", "/admin/groups/{group_id}/sync"),
    ("POST", "/admin/groups/{group_id}/link"),
    ("POST", "/admin/groups/{group_id}/there"),
    ("GET", "/admin/groups/{group_id}/preview"),
    ("GET", "/admin/groups/{group_id}/plans/{plan_id}"),
    ("POST", "/admin/groups/{group_id}/plans/{plan_id}/release"),
    ("POST", "/admin/groups/{group_id}/plans/{plan_id}/discard"),
    ("POST", "/admin/groups/{group_id}/plans/{plan_id}/stop"),
    ("POST", "/admin/groups/{group_id}/plans/{plan_id}/restore"),
    ("GET", "/admin/members/{record_id}/sent"),
    ("POST", "/admin/members/{record_id}/sync"),
];

const KIB: usize = 1024;

pub fn router(app: App) -> Router {
    #[cfg(feature = "sync")]
    app.accompany(crate::sync::companion::Beside);
    let sited = Router::new()
        .merge(shared())
        .merge(protocol())
        .merge(people())
        .merge(admins())
        .merge(records())
        .merge(people_records())
        .merge(sync())
        .merge(tools())
        .route("/sso-assets/{hash}/{name}", get(web::pages::asset))
        .route("/", get(web::pages::root))
        .fallback(web::pages::not_found)
        .method_not_allowed_fallback(web::pages::method_not_allowed)
        .layer(from_fn(web::own_task))
        .merge(documents())
        .layer(from_fn_with_state(app.clone(), web::frame::frame));
    let health = Router::new()
        .route("/healthz", get(web::pages::healthz))
        .route("/readyz", get(web::pages::readyz))
        .layer(from_fn(web::frame::bare));
    sited.merge(health).layer(from_fn(telemetry::observe)).with_state(app)
}

/// Prebuilt bytes. Nothing is written, so there is nothing that a task of its own would protect.
fn documents() -> Router<App> {
    Router::new()
        .route("/.well-known/openid-configuration", get(oidc::discovery::get))
        .route("/.well-known/oauth-authorization-server", get(oidc::discovery::get))
        .route("/oauth/jwks", get(oidc::jwks::get))
        .method_not_allowed_fallback(web::pages::method_not_allowed)
        .layer(cors())
}

/// Read by browsers of other origins too, without credentials: no cookie is looked at here.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
}

fn shared() -> Router<App> {
    Router::new()
        .route("/oauth/token", post(oidc::token::post))
        .route("/oauth/revoke", post(oidc::revoke::post))
        .route("/oauth/userinfo", get(oidc::userinfo::any).post(oidc::userinfo::any))
        // Below `cors`, which answers the preflight that these routes have no method for.
        .method_not_allowed_fallback(web::pages::method_not_allowed)
        .layer(DefaultBodyLimit::max(16 * KIB))
        .layer(cors())
}

fn protocol() -> Router<App> {
    Router::new()
        .route("/oauth/authorize", get(oidc::authorize::get).post(oidc::authorize::post))
        .route("/oauth/introspect", post(oidc::introspect::post))
        .route("/oauth/par", post(oidc::par::post))
        .route("/sso/auth", get(oidc::legacy_jwt::get))
        .layer(DefaultBodyLimit::max(16 * KIB))
}

fn people() -> Router<App> {
    use associations::pages as set_up;
    use consents::pages as apps;
    use members::pages as account;
    use sessions::pages as sign_in;
    Router::new()
        .route("/log-in", get(sign_in::log_in).post(sign_in::sign_in))
        .route("/log-out", get(oidc::logout::get).post(oidc::logout::post))
        .route("/set-up", get(set_up::association).post(set_up::step))
        .route("/account", get(account::account))
        .route("/account/password", post(account::change_password))
        .route("/account/log-out-everywhere", post(account::log_out_everywhere))
        .route("/account/apps", get(apps::list))
        .route("/account/apps/{client_id}/withdraw", post(apps::withdraw))
        .layer(DefaultBodyLimit::max(8 * KIB))
}

fn admins() -> Router<App> {
    use crate::clients::{health::pages as health, preview::pages as preview};
    use crate::clients::{pages as clients, secrets::pages as keys};
    let client = |rest: &str| format!("/admin/sso-clients/{{client_id}}{rest}");
    Router::new()
        .route("/admin/sso-clients", get(clients::list))
        .route("/admin/sso-clients/new", get(clients::blank).post(clients::add))
        .route(&client(""), get(clients::show).post(clients::change))
        .route(&client("/failures"), get(health::failures))
        .route(&client("/preview"), get(preview::preview))
        .route(&client("/reveal"), post(keys::reveal))
        .route(&client("/secrets/{secret_id}/reveal"), post(keys::reveal_one))
        .route(&client("/secrets/{secret_id}/remove"), get(keys::ask_remove).post(keys::remove))
        .route(&client("/new-secret"), get(keys::ask_new).post(keys::make_new))
        .route(&client("/switch-off"), get(clients::ask_switch_off).post(clients::switch_off))
        .route(&client("/switch-on"), post(clients::switch_on))
        .route(&client("/delete"), get(clients::ask_delete).post(clients::delete))
        .layer(DefaultBodyLimit::max(64 * KIB))
}

/// Who is in the association, and what happened there.
fn records() -> Router<App> {
    use crate::events::pages as events;
    use crate::groups::{membership::pages as members, pages as groups};
    let list = Router::new()
        .route("/admin/groups/{group_id}/members/paste", get(members::blank).post(members::paste))
        .layer(DefaultBodyLimit::max(256 * KIB));
    Router::new()
        .route("/admin/groups", get(groups::list))
        .route("/admin/groups/new", get(groups::blank).post(groups::add))
        .route("/admin/groups/{group_id}", get(groups::show).post(groups::change))
        .route("/admin/groups/{group_id}/members", get(members::list))
        .route("/admin/groups/{group_id}/members/add", get(members::search).post(members::add))
        .route("/admin/groups/{group_id}/members/remove", post(members::remove))
        .route("/admin/groups/{group_id}/history", get(groups::history))
        .route("/admin/groups/{group_id}/delete", get(groups::ask_delete).post(groups::delete))
        .route("/admin/events", get(events::list))
        .layer(DefaultBodyLimit::max(64 * KIB))
        .merge(list)
}

/// People and companies, and the association's own settings.
fn people_records() -> Router<App> {
    use crate::associations::settings::pages as settings;
    use crate::members::{
        fields::pages as fields, logins::pages as login, records::pages as people,
    };
    Router::new()
        .route("/admin/members", get(people::list))
        .route("/admin/members/new", get(people::blank).post(people::add))
        .route("/admin/members/{record_id}", get(people::show))
        .route("/admin/members/{record_id}/edit", get(people::edit).post(people::change))
        .route("/admin/members/{record_id}/deactivate", get(people::ask).post(people::deactivate))
        .route("/admin/members/{record_id}/reactivate", post(people::reactivate))
        .route("/admin/members/{record_id}/log-out-everywhere", post(people::log_out_everywhere))
        .route("/admin/members/{record_id}/login", get(login::blank).post(login::save))
        .route("/admin/members/{record_id}/login/disable", get(login::ask).post(login::disable))
        .route("/admin/members/{record_id}/login/enable", post(login::enable))
        .route("/admin/settings", get(settings::general).post(settings::change))
        .route("/admin/settings/fields", get(fields::list))
        .route("/admin/settings/fields/new", get(fields::blank).post(fields::add))
        .route("/admin/settings/fields/{field_id}", get(fields::show).post(fields::change))
        .route("/admin/settings/fields/{field_id}/delete", get(fields::ask).post(fields::delete))
        .layer(DefaultBodyLimit::max(64 * KIB))
}

#[cfg(not(feature = "sync"))]
fn sync() -> Router<App> {
    Router::new()
}

/// The integrations, the guides and the move to live; groups on the community platforms: their status,
/// their links, and who would be removed.
#[cfg(feature = "sync")]
fn sync() -> Router<App> {
    use crate::sync::{
        connect::pages as connect, integration::pages as tab, moved::pages as moved,
    };
    use crate::sync::{linking::pages as linking, records::pages as records};
    use crate::sync::{release::pages as plans, status::pages as status};
    Router::new()
        .route("/admin/settings/integrations", get(tab::list))
        .route("/admin/settings/integrations/{platform}", post(tab::change))
        .route("/admin/settings/integrations/{platform}/pause", post(tab::pause))
        .route("/admin/settings/integrations/{platform}/resume", post(tab::resume))
        .route("/admin/settings/integrations/{platform}/disconnect", get(tab::ask_disconnect))
        .route("/admin/settings/integrations/{platform}/disconnect", post(tab::disconnect))
        .route("/admin/connect", get(connect::list))
        .route("/admin/connect/mobilize", get(connect::mobilize))
        .route("/admin/connect/forj", get(connect::forj))
        .route("/admin/connect/higher-logic", get(connect::higher_logic))
        .route("/admin/connect/higher-logic/worksheet", get(connect::worksheet))
        .route("/admin/move", get(moved::show).post(moved::finish))
        .route("/admin/groups/sync", get(status::list_again))
        .route("/admin/groups/{group_id}/sync", get(status::group_again).post(status::sync_now))
        .route("/admin/groups/{group_id}/link", post(linking::link))
        .route("/admin/groups/{group_id}/there", post(status::decide))
        .route("/admin/groups/{group_id}/preview", get(linking::preview))
        .route("/admin/groups/{group_id}/plans/{plan_id}", get(plans::show))
        .route("/admin/groups/{group_id}/plans/{plan_id}/release", post(plans::release))
        .route("/admin/groups/{group_id}/plans/{plan_id}/discard", post(plans::discard))
        .route("/admin/groups/{group_id}/plans/{plan_id}/stop", post(plans::stop))
        .route("/admin/groups/{group_id}/plans/{plan_id}/restore", post(plans::restore))
        .route("/admin/members/{record_id}/sent", get(records::sent))
        .route("/admin/members/{record_id}/sync", post(records::sync_now))
        .layer(DefaultBodyLimit::max(64 * KIB))
}

/// Automation tools: what admins do with them, and where they send to. What they send carries no cookie
/// and no form token, and no other origin may call it.
fn tools() -> Router<App> {
    use crate::hooks::{endpoint, pages as hooks};
    let hook = |rest: &str| format!("/admin/settings/hooks/{{hook_id}}{rest}");
    Router::new()
        .route("/admin/settings/hooks", get(hooks::list))
        .route("/admin/settings/hooks/new", get(hooks::blank).post(hooks::add))
        .route(&hook(""), get(hooks::show))
        .route(&hook("/new-secret"), get(hooks::ask_secret).post(hooks::new_secret))
        .route(&hook("/close"), get(hooks::ask_close).post(hooks::close))
        .route(&hook("/waiting"), get(hooks::waiting))
        .route(&hook("/release"), post(hooks::release))
        .route(&hook("/discard"), post(hooks::discard))
        .route("/hooks/{connection}", post(endpoint::post))
        .layer(DefaultBodyLimit::max(64 * KIB))
}
