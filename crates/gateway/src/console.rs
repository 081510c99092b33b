//! The web console, embedded in the binary as Vite built it. A binary that was built without it says so on its page,
//! and how to have it; the APIs are all there.
//!
//! Files are found by their exact names in a table that was made at the start, so that no path of a request ever
//! reaches a file system.

use crate::api::refused;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::RustEmbed;
use service::problem::Problem;
use std::collections::HashMap;

#[derive(RustEmbed)]
#[folder = "../console/dist"]
#[allow_missing = true]
struct Dist;

const PAGE: &str = "index.html";
/// Vite puts a hash of the content into the names of what lies here, so these never change.
const HASHED: &str = "assets/";
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Kept, but asked for again each time; the answer is mostly "not modified".
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

const WITHOUT_CONSOLE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Earshot</title>
</head>
<body>
<h1>Earshot is running, without its console</h1>
<p>This binary was built without the web console. To have it, install Node.js 20 or later, run
<code>cargo xtask console</code> in the source tree, build Earshot again and start it again.
<code>cargo xtask up</code> does all of that.</p>
<p>Everything that the console shows can be had from here all the same:</p>
<ul>
<li><a href="/api/openapi.json">the API and its description (OpenAPI 3.1)</a></li>
<li><a href="/api/v1/conversations">conversations, the most urgent first</a></li>
<li><a href="/api/v1/measures?groupBy=BRAND">measures by brand</a></li>
<li><a href="/api/v1/events">what changes, as it changes (server-sent events)</a></li>
</ul>
</body>
</html>
"#;

/// The files of the console.
pub struct Console(HashMap<String, File>);

struct File {
    bytes: Bytes,
    media_type: HeaderValue,
    etag: HeaderValue,
    caching: HeaderValue,
}

impl File {
    fn new(name: &str, bytes: Bytes, media_type: &str, hash: &[u8]) -> Self {
        let charset = if media_type.starts_with("text/") { "; charset=utf-8" } else { "" };
        let hash: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        File {
            bytes,
            media_type: header_value(&format!("{media_type}{charset}")),
            // Weak, since it may go out compressed.
            etag: header_value(&format!("W/\"{hash}\"")),
            caching: if name.starts_with(HASHED) { FOR_EVER } else { ASK_AGAIN },
        }
    }

    fn answer(&self, headers: &HeaderMap) -> Response {
        let known = headers.get(header::IF_NONE_MATCH).is_some_and(|tags| names(tags, &self.etag));
        let mut response = match known {
            true => StatusCode::NOT_MODIFIED.into_response(),
            false => Body::from(self.bytes.clone()).into_response(),
        };
        let answer = response.headers_mut();
        if !known {
            answer.insert(header::CONTENT_TYPE, self.media_type.clone());
        }
        answer.insert(header::ETAG, self.etag.clone());
        answer.insert(header::CACHE_CONTROL, self.caching.clone());
        response
    }
}

fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("a media type or a hash is ASCII")
}

fn names(tags: &HeaderValue, etag: &HeaderValue) -> bool {
    let (Ok(tags), Ok(etag)) = (tags.to_str(), etag.to_str()) else { return false };
    tags.split(',').map(str::trim).any(|tag| tag == etag || tag == "*")
}

impl Console {
    /// The console that this binary was built with.
    pub fn embedded() -> Self {
        let files = Dist::iter().filter_map(|name| {
            let file = Dist::get(&name)?;
            let bytes = Bytes::copy_from_slice(&file.data);
            let made = File::new(&name, bytes, file.metadata.mimetype(), &file.metadata.sha256_hash());
            Some((name.into_owned(), made))
        });
        Console::of(files.collect())
    }

    fn of(mut files: HashMap<String, File>) -> Self {
        if !files.contains_key(PAGE) {
            tracing::warn!("this binary was built without the web console; its page says how to have it");
            let page = Bytes::from_static(WITHOUT_CONSOLE.as_bytes());
            files = HashMap::from([(PAGE.to_owned(), File::new(PAGE, page, "text/html", b"without the console"))]);
        }
        Console(files)
    }

    /// Answers a path that is no endpoint: with the file of that name, with the page for what a person may have typed,
    /// or with 404 for what only a program asks for.
    pub fn answer(&self, path: &str, headers: &HeaderMap) -> Response {
        let name = path.trim_start_matches('/');
        if let Some(file) = self.0.get(name) {
            return file.answer(headers);
        }
        let last = name.rsplit('/').next().unwrap_or_default();
        if !is_plain(path) || last.contains('.') || name.starts_with(HASHED) {
            let problem = Problem::new(StatusCode::NOT_FOUND, "NOT_FOUND");
            return refused(problem.detail("there is no such page; the console is at /"));
        }
        if name.contains('/') {
            // The page names its parts relative to itself, so below another path it would not find them.
            let up = "../".repeat(name.matches('/').count());
            return (StatusCode::FOUND, [(header::LOCATION, up)]).into_response();
        }
        self.0.get(PAGE).expect("a console has its page").answer(headers)
    }
}

/// Is this a path that a person would type? Those with steps up, hidden slashes or control characters are not.
fn is_plain(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let hidden = ["%2e", "%2f", "%5c", "%00", "\\", "//"].iter().any(|part| lower.contains(part));
    !hidden && !path.split('/').any(|part| part == "." || part == "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn console() -> Console {
        let file = |name: &str, media_type: &str| {
            (name.to_owned(), File::new(name, Bytes::from(name.to_owned()), media_type, name.as_bytes()))
        };
        Console::of(HashMap::from([
            file("index.html", "text/html"),
            file("favicon.svg", "image/svg+xml"),
            file("assets/index-abc.js", "text/javascript"),
        ]))
    }

    fn status(path: &str) -> StatusCode {
        console().answer(path, &HeaderMap::new()).status()
    }

    #[test]
    fn files_have_their_type_and_are_cached_as_long_as_they_stay() {
        for (path, media_type, caching) in [
            ("/", "text/html; charset=utf-8", "no-cache"),
            ("/index.html", "text/html; charset=utf-8", "no-cache"),
            ("/inbox", "text/html; charset=utf-8", "no-cache"),
            ("/favicon.svg", "image/svg+xml", "no-cache"),
            ("/assets/index-abc.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        ] {
            let response = console().answer(path, &HeaderMap::new());
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(response.headers()[header::CONTENT_TYPE], media_type, "{path}");
            assert_eq!(response.headers()[header::CACHE_CONTROL], caching, "{path}");
        }
    }

    #[tokio::test]
    async fn a_binary_without_the_console_says_so_and_leads_to_the_api() {
        let response = Console::of(HashMap::new()).answer("/", &HeaderMap::new());
        assert_eq!(response.status(), StatusCode::OK);
        let page = axum::body::to_bytes(response.into_body(), 65_536).await.unwrap();
        let page = std::str::from_utf8(&page).unwrap();
        assert!(page.contains("was built without the web console") && page.contains("cargo xtask console"), "{page}");
        assert!(page.contains("href=\"/api/openapi.json\"") && !page.contains("<style"), "{page}");
    }

    #[test]
    fn what_is_known_is_not_sent_again() {
        let etag = console().answer("/", &HeaderMap::new()).headers()[header::ETAG].clone();
        let known = HeaderMap::from_iter([(header::IF_NONE_MATCH, etag.clone())]);
        let response = console().answer("/", &known);
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(response.headers()[header::ETAG], etag);
        let other = HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static("W/\"other\""))]);
        assert_eq!(console().answer("/", &other).status(), StatusCode::OK);
    }

    #[test]
    fn a_page_is_found_from_any_depth_and_nothing_else_is() {
        let response = console().answer("/c/0123/history", &HeaderMap::new());
        assert_eq!(
            (response.status(), &response.headers()[header::LOCATION]),
            (StatusCode::FOUND, &HeaderValue::from_static("../../"))
        );
        for path in ["/assets/gone.js", "/assets/x", "/robots.txt", "/c/x.map"] {
            assert_eq!(status(path), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn hostile_paths_are_no_pages() {
        for path in [
            "/../etc/passwd",
            "/assets/../../etc/passwd",
            "/%2e%2e/%2e%2e/etc/passwd",
            "/..%2fetc%2fpasswd",
            "/..\\..\\windows",
            "//example.org/x",
            "/c/%00",
        ] {
            assert_eq!(status(path), StatusCode::NOT_FOUND, "{path}");
        }
    }
}
