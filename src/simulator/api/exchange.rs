//! One request to a platform's API: recorded, limited, spoiled where a fault says so, answered.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::call::{Answer, Call};
use super::faults::{Change, Fault};
use super::{Api, Inside, Platform};

pub async fn exchange<P: Platform>(State(api): State<Api<P>>, request: Request) -> Response<Body> {
    let Ok(call) = Call::read(request).await else {
        return Answer::empty(StatusCode::BAD_REQUEST).into_response();
    };
    let (mut visit, fault) = match Visit::begin(api, call) {
        Ok(admitted) => admitted,
        Err(refused) => return refused.into_response(),
    };
    let Some(fault) = fault else {
        let answer = visit.perform();
        visit.answered(answer.status);
        return answer.into_response();
    };
    let before = fault.works_before_it_waits().then(|| visit.perform());
    if !fault.delay.is_zero() {
        tokio::time::sleep(fault.delay).await;
    }
    let answer = match before {
        None if fault.needs_an_answer() => Some(visit.perform()),
        other => other,
    };
    if let Some(change) = &fault.change {
        visit.happens(change);
    }
    let (status, response) = fault.spoil(&visit.call, answer);
    if let Some(status) = status {
        visit.answered(status);
    }
    response
}

/// A request that is being answered. However it ends, also when the caller hangs up, its members are
/// free for the next one then.
struct Visit<P: Platform> {
    api: Api<P>,
    call: Call,
    number: u64,
    flight: u64,
    done: bool,
}

impl<P: Platform> Visit<P> {
    fn begin(api: Api<P>, call: Call) -> Result<(Self, Option<Fault>), Answer> {
        let now = api.now();
        let mut inside = api.lock();
        let Inside { platform, log, faults, flights, meter } = &mut *inside;
        platform.tick(now);
        let authorized = platform.is_authorized(&call);
        let number = log.add(&call, authorized, now);
        if authorized && let Err(too_many) = meter.take(platform.limits(), now) {
            let answer = P::too_many();
            log.answered(number, answer.status.as_u16());
            return Err(match too_many.wait {
                Some(seconds) => answer.with("retry-after", seconds.to_string()),
                None => answer,
            });
        }
        let fault = faults.next(&call);
        let keys = if authorized { platform.touches(&call) } else { Vec::new() };
        let flight = flights.enter(
            keys,
            |member| platform.canonical(member),
            |key| platform.is_working_on(key),
        );
        drop(inside);
        Ok((Self { api, call, number, flight, done: false }, fault))
    }

    fn perform(&mut self) -> Answer {
        if self.call.body.len() > P::LARGEST_BODY {
            return P::too_large();
        }
        let now = self.api.now();
        let mut inside = self.api.lock();
        inside.platform.tick(now);
        let answer = inside.platform.answer(&self.call, now);
        self.done = P::did_it(&answer);
        answer
    }

    fn happens(&self, change: &Change) {
        let now = self.api.now();
        let mut inside = self.api.lock();
        match change {
            // What a test wrote wrongly shows in what it then finds.
            Change::Add(seed) => inside.platform.seed(seed.clone(), now).unwrap_or_default(),
            Change::Remove { group, member } => inside.platform.remove(group, member),
        }
    }

    fn answered(&self, status: StatusCode) {
        self.api.lock().log.answered(self.number, status.as_u16());
    }
}

impl<P: Platform> Drop for Visit<P> {
    fn drop(&mut self) {
        let mut inside = self.api.lock();
        let Inside { platform, flights, .. } = &mut *inside;
        flights.leave(self.flight, self.done, |member| platform.canonical(member));
    }
}
