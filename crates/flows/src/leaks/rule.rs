use postern_domain::{TokenKind, TokenText};

/// A rule for gitleaks that finds every secret this instance hands out. Client ids have the same form and are no secret.
pub fn scanner_rule(prefix: &str) -> String {
    let secret = TokenKind::ALL.into_iter().filter(|kind| *kind != TokenKind::ClientId);
    let codes: Vec<&str> = secret.map(|kind| kind.spec().code).collect();
    let tail = TokenText::TAIL;
    format!(
        "[[rules]]\n\
         id = \"{prefix}-token\"\n\
         description = \"A token or client secret of {prefix}: POST it to /v1/tokens/revoke-leaked of its server\"\n\
         regex = '''\\b({prefix}_(?:{})_[0-9A-Za-z]{{{tail}}})\\b'''\n\
         secretGroup = 1\n\
         keywords = [\"{prefix}_\"]\n",
        codes.join("|")
    )
}
