//! The console's page and the headers around everything, whether or not this binary was built with the console.

use crate::world::World;
use http::StatusCode;

#[tokio::test]
async fn the_root_is_a_page_that_leads_to_the_api() {
    let world = World::start().await;
    let page = world.get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    assert!(page.text.contains("<title>Earshot</title>") && page.text.contains("/api/openapi.json"), "{}", page.text);
    // The policy lets nothing inline run, so there is nothing inline.
    assert!(!page.text.contains("<style") && !page.text.contains("onclick") && !page.text.contains("<script>"));
    let again = world.send(world.request("GET", "/").header("if-none-match", page.headers["etag"].clone())).await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
    assert_eq!(world.get("/inbox").await.text, page.text);
    assert_eq!(world.get("/c/0123").await.headers["location"], "../");
    assert_eq!(world.send(world.request("HEAD", "/")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn every_part_of_the_page_is_there() {
    let world = World::start().await;
    let page = world.get("/").await.text;
    for part in page.split(['"', '\'']).filter(|part| part.starts_with("./")) {
        let answer = world.get(&part[1..]).await;
        assert_eq!(answer.status, StatusCode::OK, "{part}");
        assert_ne!(answer.headers["content-type"], "text/html; charset=utf-8", "{part}");
        if part.starts_with("./assets/") {
            assert_eq!(answer.headers["cache-control"], "public, max-age=31536000, immutable");
        }
    }
}

#[tokio::test]
async fn no_path_leads_to_a_file_of_the_machine() {
    let world = World::start().await;
    for path in [
        "/../../../../../../etc/passwd",
        "/assets/../../../../../etc/passwd",
        "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc%2fpasswd",
        "/assets/..%5c..%5cCargo.toml",
        "/src/main.tsx",
        "/package.json",
        "/index.html/../../package.json",
    ] {
        let answer = world.raw(format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
        assert!(!answer.contains("root:") && !answer.contains("earshot-console"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn every_answer_is_guarded() {
    let world = World::start().await;
    for (path, policy) in [
        ("/", "default-src 'self'; "),
        ("/api/v1/brands", "default-src 'none'; "),
        ("/api/v1/nothing", "default-src 'none'; "),
        ("/robots.txt", "default-src 'none'; "),
        ("/api/openapi.json", "default-src 'none'; "),
    ] {
        let headers = world.get(path).await.headers;
        let told = headers["content-security-policy"].to_str().unwrap();
        assert!(told.starts_with(policy) && told.contains("frame-ancestors 'none'"), "{path}: {told}");
        assert!(!told.contains("unsafe"), "{told}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(headers[name], value, "{path}");
        }
        assert!(!headers.contains_key("access-control-allow-origin") && !headers.contains_key("server"), "{path}");
    }
}
