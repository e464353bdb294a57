//! Apps that listen for logout tokens: each at a path of its own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use url::form_urlencoded;

/// How long a notice may take, the first retry included.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long to wait for what must not come: the server looks once a second.
const SILENCE: Duration = Duration::from_secs(4);

/// What an app was sent.
#[derive(Clone, Debug)]
pub(super) struct Told {
    /// The fields of the form.
    pub(super) form: Vec<(String, String)>,
    /// Method and media type.
    pub(super) how: String,
    /// When.
    pub(super) at: Instant,
}

impl Told {
    /// The token, the only field there is.
    pub(super) fn token(&self) -> &str {
        let [(name, token)] = self.form.as_slice() else { panic!("not one field: {:?}", self.form) };
        assert_eq!(
            (name.as_str(), self.how.as_str()),
            ("logout_token", "POST application/x-www-form-urlencoded")
        );
        token
    }
}

/// Listens at an address of this machine; ends with the test.
#[derive(Clone)]
pub(super) struct Receiver {
    base: String,
    told: Arc<Mutex<BTreeMap<String, Vec<Told>>>>,
    failing: Arc<Mutex<BTreeMap<String, u32>>>,
}

impl Receiver {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let receiver = Self { base, told: Arc::default(), failing: Arc::default() };
        let answering = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let answering = answering.clone();
                tokio::spawn(async move { answering.answer(stream).await });
            }
        });
        receiver
    }

    /// Where the app of this name is told.
    pub(super) fn uri(&self, app: &str) -> String {
        format!("{}/{app}", self.base)
    }

    /// Lets an app answer 500 that many times.
    pub(super) fn fail(&self, app: &str, times: u32) {
        self.failing.lock().unwrap().insert(format!("/{app}"), times);
    }

    /// What an app was told, as soon as it was told this often.
    pub(super) async fn told(&self, app: &str, times: usize) -> Vec<Told> {
        let begin = Instant::now();
        loop {
            let told = self.so_far(app);
            if told.len() >= times {
                assert_eq!(told.len(), times, "{app} was told too often");
                return told;
            }
            assert!(begin.elapsed() < PATIENCE, "{app} was told {} times instead of {times}", told.len());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What an app was told, after nothing more can come.
    pub(super) async fn in_the_end(&self, app: &str) -> Vec<Told> {
        tokio::time::sleep(SILENCE).await;
        self.so_far(app)
    }

    fn so_far(&self, app: &str) -> Vec<Told> {
        self.told.lock().unwrap().get(&format!("/{app}")).cloned().unwrap_or_default()
    }

    async fn answer(&self, stream: TcpStream) -> Option<()> {
        let mut stream = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head).await.ok()? == 0 {
                return None;
            }
        }
        let header = |name: &str| {
            let mut pairs = head.lines().filter_map(|line| line.split_once(": "));
            pairs.find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
        };
        let mut words = head.split(' ');
        let (method, path) = (words.next()?, words.next()?.to_owned());
        let mut body = vec![0; header("content-length").parse().ok()?];
        let how = format!("{method} {}", header("content-type"));
        stream.read_exact(&mut body).await.ok()?;
        let form = form_urlencoded::parse(&body).into_owned().collect();
        let told = Told { form, how, at: Instant::now() };
        self.told.lock().unwrap().entry(path.clone()).or_default().push(told);
        let status = match self.failing.lock().unwrap().get_mut(&path) {
            Some(left) if *left > 0 => {
                *left -= 1;
                "500 Internal Server Error"
            }
            _ => "200 OK",
        };
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.ok()
    }
}
