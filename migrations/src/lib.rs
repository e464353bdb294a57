//! The schema, one file per change, one set for both databases.
//!
//! Every instant is whole Unix seconds in a `BIGINT`; ids are UUIDs; hashes are 32 bytes.

use sea_orm_migration::prelude::*;

mod columns;
mod m20261122_000001_accounts;
mod m20261122_000002_clients;
mod m20261122_000003_tokens;
mod m20261122_000004_instance;
mod m20261122_000005_organizations;
mod m20261122_000006_mails;
mod m20261122_000007_organization_choices;
mod m20261122_000008_lists;
mod m20261122_000010_consent_limits;
mod m20261122_000011_audit;
mod m20261122_000012_owners_tokens;
mod m20261122_000013_claims;
mod m20261122_000014_registrations;
mod m20261122_000015_logout;
mod m20261122_000017_sealed_client_secrets;
mod m20261122_000019_recovery_links;
mod m20261122_000020_second_factors;
mod m20261122_000022_upstream_identities;
mod m20261123_000021_passkeys;
mod m20261123_000023_console;
mod m20261123_000025_account_deletion;
mod m20261123_000026_console_lists;
mod m20261123_000027_granted_scopes;
mod m20261123_000028_key_set_fetches;
mod m20261123_000029_locked_passkeys;
mod m20261123_000031_impersonation;

/// Every change of the schema, oldest first.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_accounts::Migration),
            Box::new(m20261122_000002_clients::Migration),
            Box::new(m20261122_000003_tokens::Migration),
            Box::new(m20261122_000004_instance::Migration),
            Box::new(m20261122_000005_organizations::Migration),
            Box::new(m20261122_000006_mails::Migration),
            Box::new(m20261122_000007_organization_choices::Migration),
            Box::new(m20261122_000008_lists::Migration),
            Box::new(m20261122_000010_consent_limits::Migration),
            Box::new(m20261122_000011_audit::Migration),
            Box::new(m20261122_000012_owners_tokens::Migration),
            Box::new(m20261122_000013_claims::Migration),
            Box::new(m20261122_000014_registrations::Migration),
            Box::new(m20261122_000015_logout::Migration),
            Box::new(m20261122_000017_sealed_client_secrets::Migration),
            Box::new(m20261122_000019_recovery_links::Migration),
            Box::new(m20261122_000020_second_factors::Migration),
            Box::new(m20261123_000021_passkeys::Migration),
            Box::new(m20261122_000022_upstream_identities::Migration),
            Box::new(m20261123_000025_account_deletion::Migration),
            Box::new(m20261123_000023_console::Migration),
            Box::new(m20261123_000026_console_lists::Migration),
            Box::new(m20261123_000027_granted_scopes::Migration),
            Box::new(m20261123_000028_key_set_fetches::Migration),
            Box::new(m20261123_000029_locked_passkeys::Migration),
            Box::new(m20261123_000031_impersonation::Migration),
        ]
    }
}
