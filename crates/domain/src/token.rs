use std::fmt;

use crate::{Lifetime, Plain};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Random characters of a token: 37 × log2(62) = 220.3 bits.
const RANDOM_CHARS: usize = 37;
/// Check characters of a token: six base62 digits hold 32 bits.
const CHECK_CHARS: usize = 6;

/// Every kind of value the server hands out. [`TokenKind::spec`] says all there is to know of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// A client's public identifier.
    ClientId,
    /// A client secret (RFC 6749 section 2.3.1).
    ClientSecret,
    /// By which a client may register itself (RFC 7591 section 3).
    InitialAccess,
    /// A registration access token (RFC 7592 section 3).
    RegistrationAccess,
    /// An authorization code (RFC 6749 section 4.1.2).
    AuthorizationCode,
    /// An access token (RFC 6749 section 1.4).
    Access,
    /// A refresh token (RFC 6749 section 1.5).
    Refresh,
    /// A personal access token.
    Personal,
    /// An organization access token.
    Organization,
    /// A customer session.
    CustomerSession,
    /// The token by which a signed-in page calls the API.
    SessionApi,
}

/// Where a kind of token is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented {
    /// As a protocol parameter of the token endpoint or of registration.
    Parameter,
    /// In `Authorization: Bearer` (RFC 6750 section 2.1).
    Bearer,
    /// In `Authorization`, as Bearer or as the password of Basic.
    BearerOrBasic,
    /// In the session API token's own header.
    Header,
}

/// What is true of every token of a kind.
#[derive(Clone, Copy, Debug)]
pub struct TokenKindSpec {
    /// The middle part of the token: `postern_<code>_…`.
    pub code: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// How long one lives unless the configuration or the client says otherwise; `None` is without end.
    pub default_lifetime: Option<Lifetime>,
    /// Whether use replaces it by a successor.
    pub rotates: bool,
    /// Whether it works exactly once.
    pub single_use: bool,
    /// Where it is presented.
    pub presented: Presented,
    /// Whether introspection (RFC 7662) and revocation (RFC 7009) know it.
    pub introspectable: bool,
}

const fn row(
    code: &'static str,
    label: &'static str,
    default_lifetime: Option<Lifetime>,
    presented: Presented,
) -> TokenKindSpec {
    TokenKindSpec {
        code,
        label,
        default_lifetime,
        rotates: false,
        single_use: false,
        presented,
        introspectable: false,
    }
}

impl TokenKind {
    /// Every kind, for whatever iterates them.
    pub const ALL: [Self; 11] = [
        Self::ClientId,
        Self::ClientSecret,
        Self::InitialAccess,
        Self::RegistrationAccess,
        Self::AuthorizationCode,
        Self::Access,
        Self::Refresh,
        Self::Personal,
        Self::Organization,
        Self::CustomerSession,
        Self::SessionApi,
    ];

    /// The row of this kind.
    pub const fn spec(self) -> TokenKindSpec {
        use Presented::{Bearer, BearerOrBasic, Header, Parameter};
        match self {
            Self::ClientId => row("ci", "client id", None, Parameter),
            Self::ClientSecret => row("cs", "client secret", None, Parameter),
            Self::InitialAccess => row("iat", "initial access token", Some(Lifetime::days(30)), Bearer),
            Self::RegistrationAccess => row("crt", "registration access token", None, Bearer),
            Self::AuthorizationCode => TokenKindSpec {
                single_use: true,
                ..row("ac", "authorization code", Some(Lifetime::seconds(60)), Parameter)
            },
            Self::Access => TokenKindSpec {
                introspectable: true,
                ..row("at", "access token", Some(Lifetime::days(10)), Bearer)
            },
            Self::Refresh => TokenKindSpec {
                rotates: true,
                single_use: true,
                introspectable: true,
                ..row("rt", "refresh token", Some(Lifetime::days(90)), Parameter)
            },
            Self::Personal => TokenKindSpec {
                introspectable: true,
                ..row("pat", "personal access token", Some(Lifetime::days(30)), BearerOrBasic)
            },
            Self::Organization => TokenKindSpec {
                introspectable: true,
                ..row("oat", "organization access token", Some(Lifetime::days(30)), BearerOrBasic)
            },
            Self::CustomerSession => TokenKindSpec {
                introspectable: true,
                ..row("cst", "customer session", Some(Lifetime::seconds(3_600)), Bearer)
            },
            Self::SessionApi => row("rst", "session API token", None, Header),
        }
    }

    /// The kind whose [`code`](TokenKindSpec::code) this is.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.spec().code == code)
    }
}

impl fmt::Display for TokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.spec().code)
    }
}

/// Why a text is not a token of this instance. None of it needs a look-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedToken {
    /// Not `<prefix>_<kind>_<43 base62 characters>`.
    #[error("it does not have the form of a token")]
    Form,
    /// Well formed, checksum right, but of an instance with another prefix.
    #[error("it was issued by another instance")]
    OtherInstance,
    /// The last six characters are not the checksum of the rest: cut, mistyped or made up.
    #[error("its checksum is wrong: it was cut or mistyped")]
    Checksum,
}

/// A text in the form `<prefix>_<kind>_<37 base62 characters><6 base62 digits of CRC-32>`.
///
/// The checksum covers everything before it, so anybody can check the form offline, and a mistyped token costs no look-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenText {
    kind: TokenKind,
    text: Plain,
}

impl TokenText {
    /// Characters behind the kind: all of them letters or digits.
    pub const TAIL: usize = RANDOM_CHARS + CHECK_CHARS;

    /// A new token. `fill` must fill the slice from the system's generator; at least 220 bits of it are used.
    pub fn generate(prefix: &str, kind: TokenKind, mut fill: impl FnMut(&mut [u8])) -> Self {
        let mut text = String::with_capacity(prefix.len() + RANDOM_CHARS + CHECK_CHARS + 6);
        text.push_str(prefix);
        text.push('_');
        text.push_str(kind.spec().code);
        text.push('_');
        let end = text.len() + RANDOM_CHARS;
        let mut chunk = [0_u8; 64];
        while text.len() < end {
            fill(&mut chunk);
            // 248 = 4 × 62: bytes above it would favour the first characters of the alphabet.
            let unbiased = chunk.iter().filter(|byte| **byte < 248);
            for byte in unbiased.take(end - text.len()) {
                text.push(base62(u32::from(*byte) % 62));
            }
        }
        let check = checksum(&text);
        text.push_str(&check);
        Self { kind, text: Plain::new(text) }
    }

    /// Reads a token of the instance with `prefix`.
    ///
    /// # Errors
    /// [`MalformedToken`] says in which way the text is none.
    pub fn parse(prefix: &str, text: &str) -> Result<Self, MalformedToken> {
        // The prefix may itself contain underscores: the two parts behind it may not.
        let mut parts = text.rsplitn(3, '_');
        let (Some(tail), Some(code), Some(found)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(MalformedToken::Form);
        };
        let kind = TokenKind::from_code(code).ok_or(MalformedToken::Form)?;
        if tail.len() != Self::TAIL || !tail.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(MalformedToken::Form);
        }
        let (body, check) = text.split_at_checked(text.len() - CHECK_CHARS).ok_or(MalformedToken::Form)?;
        if checksum(body) != check {
            return Err(MalformedToken::Checksum);
        }
        if found != prefix {
            return Err(MalformedToken::OtherInstance);
        }
        Ok(Self { kind, text: Plain::new(text.to_owned()) })
    }

    /// What kind of token it is.
    pub const fn kind(&self) -> TokenKind {
        self.kind
    }

    /// The token in the clear, for the one place that hashes or answers it.
    pub fn reveal(&self) -> &str {
        self.text.reveal()
    }
}

fn base62(digit: u32) -> char {
    BASE62.get(digit as usize).map_or('0', |byte| char::from(*byte))
}

fn checksum(body: &str) -> String {
    let mut rest = crc32fast::hash(body.as_bytes());
    let mut digits = ['0'; CHECK_CHARS];
    for digit in digits.iter_mut().rev() {
        *digit = base62(rest % 62);
        rest /= 62;
    }
    digits.iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn token(kind: TokenKind, seed: u64) -> TokenText {
        let mut state = seed | 1;
        TokenText::generate("postern", kind, |bytes| {
            for byte in bytes {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                *byte = (state >> 33) as u8;
            }
        })
    }

    proptest! {
        #[test]
        fn what_is_generated_parses(seed: u64, kind in 0..TokenKind::ALL.len()) {
            let token = token(TokenKind::ALL[kind], seed);
            prop_assert_eq!(TokenText::parse("postern", token.reveal()), Ok(token.clone()));
            prop_assert_eq!(TokenText::parse("sandbox", token.reveal()), Err(MalformedToken::OtherInstance));
        }

        #[test]
        fn one_changed_character_is_refused(seed: u64, at in 0..54_usize, to in "[0-9A-Za-z_]") {
            let token = token(TokenKind::Access, seed);
            let mut text: Vec<char> = token.reveal().chars().collect();
            prop_assume!(text[at].to_string() != to);
            text[at] = to.chars().next().unwrap();
            let changed: String = text.into_iter().collect();
            prop_assert!(TokenText::parse("postern", &changed).is_err());
        }

        #[test]
        fn no_text_makes_it_panic(text in ".*") {
            let _ = TokenText::parse("postern", &text);
        }
    }

    #[test]
    fn cut_padded_and_dressed_up_tokens_are_refused() {
        let token = token(TokenKind::Personal, 7);
        let text = token.reveal();
        for other in [
            text[..text.len() - 1].to_owned(),
            format!("{text}0"),
            format!(" {text}"),
            format!("{text}\n"),
            text.to_uppercase(),
            text.replace("_pat_", "_oat_"),
            text.replace("postern", "Postern"),
            format!("x{text}"),
            String::new(),
            "__".to_owned(),
        ] {
            assert!(TokenText::parse("postern", &other).is_err(), "{other}");
        }
    }

    #[test]
    fn codes_are_unique() {
        for (i, a) in TokenKind::ALL.iter().enumerate() {
            assert_eq!(TokenKind::from_code(a.spec().code), Some(*a));
            assert!(TokenKind::ALL[i + 1..].iter().all(|b| a.spec().code != b.spec().code));
        }
    }
}
