use std::collections::BTreeMap;
use std::sync::Mutex;

use url::Url;

use crate::{Answer, Authorization, Callback, Form, Person, Request, Wire};

/// The User-Agent of a browser, which lists of sessions show in words.
const USER_AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// A browser without JavaScript: it keeps cookies, follows the server's own redirects, and fills forms.
#[derive(Debug)]
pub struct Browser {
    wire: Wire,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl Browser {
    pub(crate) fn new(wire: Wire) -> Self {
        Self { wire, cookies: Mutex::default() }
    }

    /// A browser with the address of a given client, beside others with that address.
    pub fn on_wire(wire: Wire) -> Self {
        Self::new(wire)
    }

    /// The same browser talking to another node: a copy with its cookies.
    pub fn on(&self, node: &crate::Instance) -> Self {
        Self { wire: node.wire(), cookies: Mutex::new(self.cookies()) }
    }

    /// The cookies it holds.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().expect("the cookies").clone()
    }

    /// Puts cookies in place of its own.
    pub fn set_cookies(&self, cookies: BTreeMap<String, String>) {
        *self.cookies.lock().expect("the cookies") = cookies;
    }

    /// The way to the server.
    pub fn wire(&self) -> &Wire {
        &self.wire
    }

    /// Sends a request with its cookies, and with the headers browsers add unless the request has its own. Follows
    /// nothing.
    pub async fn send(&self, request: Request) -> Answer {
        let answer = self.wire.send(self.dressed(request)).await;
        self.keep_cookies(&answer);
        answer
    }

    /// The request as this browser would send it: with its cookies and the headers that browsers add.
    #[must_use]
    pub fn dressed(&self, mut request: Request) -> Request {
        let origin = self.wire.issuer().to_owned();
        let is_get = request.method == "GET";
        let mut defaults = vec![
            ("user-agent", USER_AGENT),
            ("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"),
            ("sec-fetch-site", if is_get { "none" } else { "same-origin" }),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ];
        if !is_get {
            defaults.push(("origin", &origin));
        }
        for (name, value) in defaults {
            if !request.headers.contains_key(name) {
                request = request.header(name, value);
            }
        }
        let cookies = self.cookies();
        if !cookies.is_empty() && !request.headers.contains_key("cookie") {
            let pairs = cookies.iter().map(|(name, value)| format!("{name}={value}"));
            request = request.header("cookie", pairs.collect::<Vec<_>>().join("; "));
        }
        request
    }

    /// Opens a page and follows the server's own redirects; a redirect to elsewhere is answered, not followed.
    pub async fn open(&self, target: &str) -> Answer {
        let answer = self.send(Request::get(target)).await;
        self.follow(answer).await
    }

    /// Follows the server's own redirects from an answer on.
    ///
    /// # Panics
    /// If they go round in circles.
    pub async fn follow(&self, mut answer: Answer) -> Answer {
        for _ in 0..10 {
            match answer.location().filter(|url| answer.status / 100 == 3 && self.wire.is_own(url)) {
                Some(url) => answer = self.send(Request::get(url)).await,
                None => return answer,
            }
        }
        panic!("redirects without end: {answer:?}");
    }

    /// Sends a filled form and follows the server's own redirects.
    pub async fn submit(&self, page: &Answer, form: &Form) -> Answer {
        let answer = self.send(Self::request(page, form)).await;
        self.follow(answer).await
    }

    /// The request that sends a form of a page.
    pub fn request(page: &Answer, form: &Form) -> Request {
        let target = page.url.join(&form.action).expect("a form's action");
        if form.is_multipart {
            Request::post(target).multipart(form.pairs())
        } else if form.is_post {
            Request::post(target).form(form.pairs())
        } else {
            Request::get(target).query(form.pairs())
        }
    }

    /// Signs somebody in by the sign-in page.
    ///
    /// # Panics
    /// If the server does not take the password.
    pub async fn sign_in(&self, person: &Person) -> Answer {
        let answer = self.try_sign_in(&person.username, &person.password).await;
        assert!(!answer.url.path().starts_with("/login"), "{} is not signed in: {answer:?}", person.username);
        answer
    }

    /// Tries to sign in by the sign-in page.
    pub async fn try_sign_in(&self, identifier: &str, password: &str) -> Answer {
        let page = self.open("/login").await.expect(200);
        self.fill_sign_in(&page, identifier, password).await
    }

    /// Fills the sign-in page it is on.
    pub async fn fill_sign_in(&self, page: &Answer, identifier: &str, password: &str) -> Answer {
        self.wire.secrets().add(password);
        let mut form = page.form("sign-in").fill("password", password).press("sign-in");
        if form.value("identifier") != Some(identifier) {
            form = form.fill("identifier", identifier);
        }
        self.submit(page, &form).await
    }

    /// Whether somebody is signed in.
    pub async fn is_signed_in(&self) -> bool {
        self.open("/settings/profile").await.url.path() == "/settings/profile"
    }

    /// Goes through an authorization: allows what is asked if it is asked, and answers what the app gets.
    ///
    /// # Panics
    /// If the browser ends elsewhere than at the app.
    pub async fn authorize(&self, request: &Authorization) -> Callback {
        let answer = self.open(&request.target()).await;
        self.finish(answer, "allow").await
    }

    /// Presses a button of the consent page if that is where it is, and answers what the app gets.
    ///
    /// # Panics
    /// If the browser ends elsewhere than at the app.
    pub async fn finish(&self, mut answer: Answer, decision: &str) -> Callback {
        if answer.status == 200 && answer.location().is_none() {
            let form = answer.form(decision).press(decision);
            answer = self.submit(&answer, &form).await;
        }
        let location = answer.location().unwrap_or_else(|| panic!("no way back to the app: {answer:?}"));
        assert!(!self.wire.is_own(&location), "not at the app: {answer:?}");
        Callback::read(location)
    }

    fn keep_cookies(&self, answer: &Answer) {
        let mut cookies = self.cookies.lock().expect("the cookies");
        for set in answer.headers.get_all("set-cookie") {
            let set = set.to_str().expect("a cookie in ASCII");
            let (pair, attributes) = set.split_once(';').unwrap_or((set, ""));
            let (name, value) = pair.split_once('=').expect("a cookie's name");
            let attributes = attributes.to_ascii_lowercase();
            if attributes.contains("max-age=0") || value.is_empty() {
                cookies.remove(name);
            } else {
                self.wire.secrets().add(value);
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// The absolute URL of a path.
    pub fn url(&self, target: &str) -> Url {
        self.wire.url(target)
    }
}
