//! The pages, one file each, named like their template in `templates/pages/`.

mod account;
mod account_delete;
mod admin;
mod applications;
mod audit;
mod audit_event;
mod authenticator;
mod authenticator_remove;
mod client;
mod client_delete;
mod client_edit;
mod client_form;
mod client_new;
mod client_protocol_form;
mod client_secret;
mod clients;
mod consent;
mod error;
mod form_post;
mod home;
mod new_account;
mod organizations;
mod passkey;
mod passkey_new;
mod passkey_remove;
mod profile;
mod profile_email;
mod profile_parts;
mod providers;
mod reauthenticate;
mod recover;
mod recover_password;
mod recovery_codes;
mod register;
mod second_factor_required;
mod second_step;
mod security;
mod sessions;
mod setup;
mod sign_in;
mod sign_out;
mod signed_out;
mod tokens;

pub use account::Account;
pub use account_delete::{AccountDelete, NamedOrganization};
pub use admin::{
    AdminBranding, AdminClient, AdminClientRow, AdminClients, AdminFinding, AdminKeyRow, AdminKeys,
    AdminMailRow, AdminMails, AdminOrganization, AdminOrganizationRow, AdminOrganizations, AdminOverview,
    AdminProviderRow, AdminProviders, AdminRow, AdminSettingRow, AdminSettings, AdminUser, AdminUserNew,
    AdminUserRow, AdminUsers, BrandingSource, KeyFetcherRow,
};
pub use applications::{Applications, ConnectedApp};
pub use audit::{Audit, AuditFilter, AuditRow, AuditScope};
pub use audit_event::{AuditAct, AuditAgain, AuditEventPage, AuditSince};
pub use authenticator::Authenticator;
pub use authenticator_remove::AuthenticatorRemove;
pub use client::{Client, ClientCallError, ClientSecretRow, Endpoint, LogoutNoticeRow, UnusedScopes};
pub use client_delete::ClientDelete;
pub use client_edit::ClientEdit;
pub use client_form::ClientForm;
pub use client_new::ClientNew;
pub use client_protocol_form::ClientProtocolForm;
pub use client_secret::{ClientSecret, SecretOccasion};
pub use clients::{ClientRow, Clients};
pub use consent::{Consent, ConsentOrganization, OrganizationBox, OrganizationLimit, Unproven};
pub use error::{ErrorDetail, ErrorPage, Side};
pub use form_post::FormPost;
pub use home::{Attention, EndingToken, Figure, Home};
pub use new_account::NewAccount;
pub use organizations::{
    ChooseOrganization, CustomerForm, CustomerRow, Customers, ExistingCustomer, InvitationRow, InviteForm,
    MemberRow, NameForm, OrganizationApp, OrganizationBarred, OrganizationDelete, OrganizationJoin,
    OrganizationMembers, OrganizationNew, OrganizationOption, OrganizationOverview, OrganizationRow,
    OrganizationSettings, Organizations, PolicyForm,
};
pub use passkey::PasskeyPage;
pub use passkey_new::PasskeyNew;
pub use passkey_remove::PasskeyRemove;
pub use profile::Profile;
pub use profile_email::{EmailStep, ProfileEmail};
pub use profile_parts::{ProfileInput, ProfilePart};
pub use providers::{ConnectedProvider, ProviderButton, SignInProviders};
pub use reauthenticate::Reauthenticate;
pub use recover::Recover;
pub use recover_password::RecoverPassword;
pub use recovery_codes::RecoveryCodes;
pub use register::Register;
pub use second_factor_required::SecondFactorRequired;
pub use second_step::SecondStep;
pub use security::{PasskeyRow, SecondFactor, Security};
pub use sessions::{Device, SessionRow, Sessions};
pub use setup::Setup;
pub use sign_in::{AccountChoice, Destination, SignIn, SignInMode};
pub use sign_out::SignOut;
pub use signed_out::SignedOut;
pub use tokens::{
    CallShapeRow, CallShapes, LearnedLimit, RecordedCalls, Token, TokenActions, TokenFilter, TokenForm,
    TokenHeading, TokenLearn, TokenNew, TokenOccasion, TokenOwnerShare, TokenPlace, TokenRenew, TokenReplay,
    TokenReplayed, TokenRevoke, TokenRotate, TokenRow, TokenTried, TokenTriedLine, TokenTry, TokenValue,
    Tokens, TokensRevoke,
};

/// The moment at which all samples are looked at: 22 November 2026, 09:57 UTC.
pub(crate) const SAMPLE_NOW: i64 = 1_795_341_420;
