//! Tables to download: written while they are read, page by page, and safe to open in a spreadsheet.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::BoxError;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use hyper::body::Frame;

/// A page of rows, and where the next one begins.
pub type Page<S> = Result<(Vec<Vec<String>>, Option<S>), BoxError>;

/// A table as a file of this name. `next` reads the page at a place; there are no more after the one
/// that has no place behind it. When that fails, the download breaks off and does not look whole.
pub fn download<S, N, F>(name: &str, headings: &[String], first: S, next: N) -> Response
where
    S: Send + 'static,
    N: Fn(S) -> F + Send + 'static,
    F: Future<Output = Page<S>> + Send + 'static,
{
    let pending = Some(Box::pin(next(first)));
    let pages = Pages { head: Some(row(headings).into()), pending, next };
    let mut response = Body::new(pages).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let plain: String =
        name.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '-' }).collect();
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{plain}.csv\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

struct Pages<N, F> {
    head: Option<Bytes>,
    pending: Option<Pin<Box<F>>>,
    next: N,
}

// The future is in a box of its own, so nothing here minds being moved.
impl<N, F> Unpin for Pages<N, F> {}

impl<S, N, F> hyper::body::Body for Pages<N, F>
where
    N: Fn(S) -> F,
    F: Future<Output = Page<S>>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let pages = self.get_mut();
        if let Some(head) = pages.head.take() {
            return Poll::Ready(Some(Ok(Frame::data(head))));
        }
        let Some(pending) = &mut pages.pending else { return Poll::Ready(None) };
        let page = ready!(pending.as_mut().poll(context));
        pages.pending = None;
        Poll::Ready(Some(page.map(|(rows, place)| {
            pages.pending = place.map(|place| Box::pin((pages.next)(place)));
            let text: String = rows.iter().map(|cells| row(cells)).collect();
            Frame::data(text.into())
        })))
    }
}

fn row(cells: &[String]) -> String {
    cells.iter().map(|it| cell(it)).collect::<Vec<_>>().join(",") + "\r\n"
}

/// RFC 4180 §2, and an apostrophe before what a spreadsheet would take for a formula (SEC-X6).
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { "'" } else { "" };
    if text.contains(['"', ',', '\r', '\n']) {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{guard}{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_text_and_no_formula() {
        for (text, written) in [
            ("Ann", "Ann"),
            ("Archer, Ann \"A\"", "\"Archer, Ann \"\"A\"\"\""),
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("+1 555", "'+1 555"),
            ("-1", "'-1"),
            ("@sum", "'@sum"),
            ("\t=1", "'\t=1"),
            ("\r=1", "\"'\r=1\""),
            ("a=1", "a=1"),
            ("", ""),
        ] {
            assert_eq!(cell(text), written);
        }
    }
}
