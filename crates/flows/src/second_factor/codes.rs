use postern_domain::audit::{Action, By};
use postern_domain::{Plain, Refusal, TokenHash, User, UserId};
use postern_storage::{passwords, recovery_codes, second_factors};

use crate::mail::{self, FactorChange};
use crate::users::acts;
use crate::{App, audit, notices};

/// How many there are of a set.
const COUNT: usize = 10;
/// Characters of a code: 50 bits.
const LENGTH: usize = 10;
/// Digits and letters that nobody takes for one another (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// New codes, which nobody has kept yet.
pub(crate) struct Codes {
    /// As people keep them: `k7wq9-m2xtr`.
    pub(crate) texts: Vec<Plain>,
    pub(crate) hashes: Vec<TokenHash>,
}

impl Codes {
    pub(crate) fn new(app: &App, user: UserId) -> Self {
        let texts: Vec<String> = (0..COUNT).map(|_| text(app)).collect();
        let hashes = texts.iter().map(|text| hash(app, user, text)).collect();
        let dashed = |text: &String| {
            let (left, right) = text.split_at(LENGTH / 2);
            Plain::new(format!("{left}-{right}"))
        };
        Self { texts: texts.iter().map(dashed).collect(), hashes }
    }
}

fn text(app: &App) -> String {
    let mut random = [0; LENGTH];
    app.rng.fill(&mut random);
    random
        .iter()
        .filter_map(|byte| ALPHABET.get(usize::from(byte & 31)))
        .map(|byte| char::from(*byte))
        .collect()
}

/// A code as it is kept, of what somebody typed; `None` if it is none.
pub(super) fn read(typed: &str) -> Option<String> {
    let text: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            c => c,
        })
        .take(LENGTH + 1)
        .collect();
    let is_code = text.len() == LENGTH && text.bytes().all(|byte| ALPHABET.contains(&byte));
    is_code.then_some(text)
}

/// What is kept of a code. Of two accounts the same code is another one.
pub(super) fn hash(app: &App, user: UserId, text: &str) -> TokenHash {
    let message = [user.0.as_bytes(), text.as_bytes()].concat();
    TokenHash(app.secret_key.mark("recovery code", &message))
}

/// Makes new recovery codes in place of those that are left, for somebody who has a second factor.
///
/// # Errors
/// `conflict` if there is no second factor, in place of which they could be used.
pub async fn make(app: &App, user: &User) -> Result<Vec<Plain>, Refusal> {
    let codes = Codes::new(app, user.id);
    let act = acts::entry(app, By::user(user.id), Action::USER_RECOVERY_CODES_MADE, user);
    let notice = notices::factor_changed(app, user, FactorChange::CodesMade)?;
    let input = (user.id, codes.hashes, app.clock.now(), act, notice);
    let made = app.db.write(input, |tx, (user, hashes, now, act, notice)| {
        Box::pin(async move {
            if !passwords::hold(tx, *user).await? || !second_factors::exist(tx, *user).await? {
                return Err(Refusal::conflict(
                    "there is no second step that recovery codes could stand in for",
                ));
            }
            recovery_codes::replace(tx, *user, hashes, *now).await?;
            audit::act(tx, act).await?;
            Ok(mail::queue_all(tx, notice.as_slice()).await?)
        })
    });
    made.await?;
    Ok(codes.texts)
}
