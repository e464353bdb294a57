//! Passwords: Argon2id (RFC 9106) by a bounded number of threads, and what counts as a good one.

use std::sync::Arc;
use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, Version};
use password_hash::phc::PasswordHash;
use password_hash::{PasswordHasher, PasswordVerifier};
use postern_domain::{Plain, Refusal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::App;

mod strength;

/// Fewest characters of a new password.
pub const SHORTEST: usize = 8;
/// Most characters of a password. Longer ones are refused before anything is computed from them.
pub const LONGEST: usize = 128;

/// Most that wait for a thread.
const QUEUE: usize = 256;
/// Longest that anybody waits for a thread; a request may take half a minute in all.
const PATIENCE: Duration = Duration::from_secs(20);
/// Most threads, however many cores there are: each takes 19 MiB.
const MOST_THREADS: usize = 8;

/// What is verified where there is no password, so that it takes as long as where there is one. No password has it: its
/// hash was not made from any.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$cG9zdGVybiBub2JvZHkgIQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The threads that hash passwords, and the line before them.
pub struct Hashing {
    threads: Arc<Semaphore>,
    line: Semaphore,
}

/// A thread to hash on. It is taken until the last computation on it is done, whether or not somebody waits for that.
pub struct Slot(Arc<OwnedSemaphorePermit>);

impl Default for Hashing {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { threads: Arc::new(Semaphore::new(cores.min(MOST_THREADS))), line: Semaphore::new(QUEUE) }
    }
}

impl Hashing {
    /// Waits in line for a thread.
    ///
    /// # Errors
    /// `temporarily_unavailable` if the line is too long.
    pub async fn slot(&self) -> Result<Slot, Refusal> {
        let busy = || {
            Refusal::temporarily_unavailable("too many people are signing in at once; try again in a moment")
        };
        let _place = self.line.try_acquire().map_err(|_| busy())?;
        let waiting = Arc::clone(&self.threads).acquire_owned();
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(Ok(permit)) => Ok(Slot(Arc::new(permit))),
            Ok(Err(_)) | Err(_) => Err(busy()),
        }
    }
}

impl Slot {
    /// Whether `password` is the one that `hash`, a PHC string, was made from. Without a hash the answer is no, after
    /// the same time.
    ///
    /// # Errors
    /// `server_error` if the hash cannot be read or the thread fails.
    pub async fn verify(&self, password: &Plain, hash: Option<&str>) -> Result<bool, Refusal> {
        let (password, exists) = (password.clone(), hash.is_some());
        let hash = hash.unwrap_or(NOBODYS).to_owned();
        self.run(move || {
            let hash = PasswordHash::new(&hash).map_err(Refusal::because)?;
            Ok(argon2()?.verify_password(password.reveal().as_bytes(), &hash).is_ok() && exists)
        })
        .await
    }

    /// The PHC string to keep of a password.
    ///
    /// # Errors
    /// `server_error` if it cannot be made.
    pub async fn hash(&self, app: &App, password: &Plain) -> Result<String, Refusal> {
        let mut salt = [0; 16];
        app.rng.fill(&mut salt);
        let password = password.clone();
        self.run(move || {
            let hash = argon2()?.hash_password_with_salt(password.reveal().as_bytes(), &salt);
            Ok(hash.map_err(Refusal::because)?.to_string())
        })
        .await
    }

    /// Runs `work` on a thread where it holds nobody up. The slot stays taken until it is done, even if the caller goes.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let held = Arc::clone(&self.0);
        let work = move || {
            let done = work();
            drop(held);
            done
        };
        tokio::task::spawn_blocking(work).await.map_err(Refusal::because)?
    }
}

/// Whether a PHC string was made with other parameters than today's.
pub fn is_outdated(hash: &str) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else { return true };
    let params = Params::try_from(&hash);
    hash.algorithm.as_str() != "argon2id"
        || !params.is_ok_and(|params| {
            let today = Params::default();
            (params.m_cost(), params.t_cost(), params.p_cost())
                == (today.m_cost(), today.t_cost(), today.p_cost())
        })
}

/// Takes a new password, or says what is wrong with it. `known` is what a guesser would try first: the person's names
/// and addresses.
///
/// # Errors
/// `server_error` if its strength cannot be judged, `Ok(Err(_))` with a sentence for the form if it is too short, too
/// long or too easy to guess.
pub async fn judge(app: &App, password: &str, known: Vec<String>) -> Result<Result<Plain, String>, Refusal> {
    let length = password.chars().take(LONGEST + 1).count();
    if length > LONGEST {
        return Ok(Err(format!("Use at most {LONGEST} characters.")));
    }
    if length < SHORTEST {
        return Ok(Err(format!("Use at least {SHORTEST} characters.")));
    }
    let password = Plain::new(password.to_owned());
    let judged = password.clone();
    // On one of the bounded threads: judging takes its time, too.
    let slot = app.hashing.slot().await?;
    let weakness = slot.run(move || Ok(strength::weakness(judged.reveal(), &known))).await?;
    Ok(weakness.map_or(Ok(password), Err))
}

fn argon2() -> Result<Argon2<'static>, Refusal> {
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    async fn judged(app: &App, password: &str) -> Result<(), String> {
        let known = ["ada", "ada@example.com", "Lovelace", "Postern"].map(str::to_owned).to_vec();
        judge(app, password, known).await.unwrap().map(|_| ())
    }

    #[tokio::test]
    async fn common_short_long_and_personal_passwords_are_refused() {
        let app = testing::app().await;
        for password in [
            "",
            "short",
            "1234567",
            "password",
            "password1",
            "12345678",
            "qwertyuiop",
            "iloveyou",
            "aaaaaaaaaaaa",
            "lovelace",
            "ada@example.com",
            "postern1",
            "P@ssw0rd",
            "abcdefgh",
            "letmein1",
        ] {
            assert!(judged(&app, password).await.is_err(), "{password}");
        }
        assert!(judged(&app, &"x1".repeat(65)).await.is_err());
        for password in
            ["correct horse battery staple", "vV9?kd2m", "ünïcode pâsswörd", "密码是一个很长的句子吗"]
        {
            assert_eq!(judged(&app, password).await, Ok(()), "{password}");
        }
        assert!(judged(&app, &format!("{}{}", "vV9?kd2m".repeat(2), "é".repeat(112))).await.is_ok());
    }

    #[tokio::test]
    async fn a_hash_verifies_its_password_alone() {
        let app = testing::app().await;
        let slot = app.hashing.slot().await.unwrap();
        let password = Plain::new("correct horse battery staple".into());
        let hash = slot.hash(&app, &password).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, slot.hash(&app, &password).await.unwrap());
        assert!(slot.verify(&password, Some(&hash)).await.unwrap());
        assert!(!slot.verify(&Plain::new("correct horse battery stapl".into()), Some(&hash)).await.unwrap());
        assert!(!slot.verify(&password, None).await.unwrap());
        assert!(!is_outdated(&hash));
        assert!(!is_outdated(NOBODYS));
        assert!(is_outdated(&hash.replace("t=2", "t=1")));
        assert!(is_outdated(&hash.replace("argon2id", "argon2i")));
        assert!(slot.verify(&password, Some("not a hash")).await.is_err());
    }

    #[tokio::test]
    async fn the_line_is_bounded() {
        let hashing = Arc::new(Hashing { threads: Arc::new(Semaphore::new(1)), line: Semaphore::new(2) });
        let first = hashing.slot().await.unwrap();
        let wait = || {
            let hashing = Arc::clone(&hashing);
            tokio::spawn(async move { hashing.slot().await.map(|_| ()) })
        };
        let waiting = [wait(), wait()];
        tokio::task::yield_now().await;
        let refused = hashing.slot().await.err().unwrap();
        assert_eq!(refused.code, postern_domain::ErrorCode::TemporarilyUnavailable);
        drop(first);
        for waiting in waiting {
            assert!(waiting.await.unwrap().is_ok());
        }
    }
}
