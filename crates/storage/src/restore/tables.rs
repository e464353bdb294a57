//! What becomes of each table when a backup is restored.

/// What there was. It comes from the backup.
#[cfg(test)]
pub(super) const BROUGHT_BACK: [&str; 6] =
    ["users", "organizations", "customers", "clients", "client_logos", "client_errors"];

/// What lets somebody in, what was done, and what is still to be done: never from the backup, always from the database that is
/// replaced.
pub(super) const CARRIED_OVER: [&str; 25] = [
    "sessions",
    "session_clients",
    "client_secrets",
    "recovery_links",
    "recovery_codes",
    "authenticators",
    "passkeys",
    "upstream_identities",
    "consents",
    "grants",
    "tokens",
    "initial_access_tokens",
    "one_time_values",
    "invitations",
    "app_approvals",
    "memberships",
    "organization_choices",
    "signing_keys",
    "key_set_fetches",
    "budgets",
    "mails",
    "logout_notices",
    "audit_events",
    "audit_segments",
    "epochs",
];

/// Put together from both.
#[cfg(test)]
pub(super) const BOTH: [&str; 2] = ["settings", "seaql_migrations"];

/// How the rows of the backup change where the database that is replaced knows better. Its tables are in `replaced`.
pub(super) const AS_IT_IS_NOW: [&str; 10] = [
    // Who may get in, and by what.
    "UPDATE users SET (password_hash, password_changed_at, rights, state, deletes_at) = \
     (SELECT password_hash, password_changed_at, rights, state, deletes_at FROM replaced.users AS now WHERE now.id = users.id) \
     WHERE id IN (SELECT id FROM replaced.users)",
    // One that somebody else has in the backup stays with them.
    "UPDATE OR IGNORE users SET (email, email_key, email_verified) = \
     (SELECT email, email_key, email_verified FROM replaced.users AS now WHERE now.id = users.id) \
     WHERE id IN (SELECT id FROM replaced.users)",
    // What was deleted since comes back closed.
    "UPDATE users SET state = 'disabled' WHERE id NOT IN (SELECT id FROM replaced.users)",
    "UPDATE clients SET (metadata, disabled, registration_hash, last_used_at, granted_scopes, granted_scopes_since) = \
     (SELECT metadata, disabled, registration_hash, last_used_at, granted_scopes, granted_scopes_since \
     FROM replaced.clients AS now WHERE now.id = clients.id) \
     WHERE id IN (SELECT id FROM replaced.clients)",
    "UPDATE clients SET disabled = 1 WHERE id NOT IN (SELECT id FROM replaced.clients)",
    // An organization that was deleted since has its members again, or nobody could have it.
    "INSERT INTO memberships SELECT * FROM members_then WHERE organization_id NOT IN (SELECT id FROM replaced.organizations)",
    // No foreign key sees to these.
    "DELETE FROM tokens WHERE organization_id IS NOT NULL AND organization_id NOT IN (SELECT id FROM organizations)",
    "DELETE FROM tokens WHERE customer_id IS NOT NULL AND customer_id NOT IN (SELECT id FROM customers)",
    // What is remembered of the instance, but for who runs: nobody does.
    "INSERT OR REPLACE INTO settings SELECT name, value FROM replaced.settings",
    "DELETE FROM settings WHERE name LIKE 'node.%'",
];

/// What is done where nobody knows what was spent or revoked since the backup.
pub(crate) const ENDED: [&str; 15] = [
    "DELETE FROM session_clients",
    "DELETE FROM sessions",
    "DELETE FROM grants",
    "DELETE FROM tokens WHERE name_key IS NULL",
    "DELETE FROM one_time_values WHERE consumed_at IS NULL",
    "DELETE FROM invitations",
    "DELETE FROM recovery_links",
    "DELETE FROM recovery_codes",
    "UPDATE mails SET next_try_at = NULL, data = NULL",
    "UPDATE logout_notices SET next_try_at = NULL",
    "DELETE FROM budgets",
    "DELETE FROM settings WHERE name LIKE 'node.%'",
    "DELETE FROM settings WHERE name = 'instance.moved_to'",
    // What was issued since the backup was made is lost.
    "UPDATE clients SET granted_scopes_since = $1",
    "UPDATE epochs SET value = value + 1",
];

/// The same of tokens that scripts have.
pub(crate) const TOKENS_ENDED: [&str; 2] =
    ["UPDATE tokens SET revoked_at = $1 WHERE revoked_at IS NULL", "DELETE FROM initial_access_tokens"];
