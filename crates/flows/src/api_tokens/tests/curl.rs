use super::super::curl::{Command, parse};

fn command(method: &str, url: &str, body: Option<(&str, &str)>) -> Command {
    Command {
        method: method.to_owned(),
        url: url.to_owned(),
        body: body.map(|(body, _)| body.to_owned()),
        content_type: body.map(|(_, kind)| kind.to_owned()),
    }
}

#[test]
fn commands_are_read() {
    let form = "application/x-www-form-urlencoded";
    let json = "application/json";
    for (text, expected) in [
        ("curl https://a.example/b", command("GET", "https://a.example/b", None)),
        (
            "curl -u ada:$TOKEN 'https://a.example/b?c=d&e=f'",
            command("GET", "https://a.example/b?c=d&e=f", None),
        ),
        ("curl -sSL -XDELETE a.example/b#c", command("DELETE", "http://a.example/b", None)),
        (
            "curl -d a=b --data c=d https://a.example",
            command("POST", "https://a.example", Some(("a=b&c=d", form))),
        ),
        ("curl -G -d a=b https://a.example/?c=d", command("GET", "https://a.example/?c=d&a=b", None)),
        ("curl -I https://a.example", command("HEAD", "https://a.example", None)),
        (
            "curl --request PUT \\\n --url https://a.example \\\n -H 'Content-Type: application/json' \\\n --data-raw '@{\"a\":1}'",
            command("PUT", "https://a.example", Some(("@{\"a\":1}", json))),
        ),
        (
            "curl --json '{\"a\":' --json '1}' https://a.example",
            command("POST", "https://a.example", Some(("{\"a\":1}", json))),
        ),
        (
            "curl -H \"Authorization: Bearer $POSTERN_TOKEN\" https://a.example",
            command("GET", "https://a.example", None),
        ),
    ] {
        assert_eq!(parse(text), Ok(expected), "{text}");
    }
}

#[test]
fn what_could_change_the_request_is_never_passed_over() {
    for text in [
        "",
        "wget https://a.example",
        "curl",
        "curl https://a.example https://b.example",
        "curl -F a=b https://a.example",
        "curl --data-urlencode a=b https://a.example",
        "curl -d @file https://a.example",
        "curl --json @- https://a.example",
        "curl -X",
        "curl https://a.example/$ID",
        "curl -d \"{\\\"a\\\":$A}\" https://a.example",
        "curl -H 'Host: b.example' https://a.example",
        "curl -H 'Content-Type: a/b' -H 'content-type: c/d' https://a.example",
        "curl -K config https://a.example",
        "curl -T file https://a.example",
    ] {
        assert!(parse(text).is_err(), "{text}");
    }
}
