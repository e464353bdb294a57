//! The plans of the suite that this server is judged by.

use serde_json::{Value, json};

/// A plan, and how it is run here.
#[derive(Debug)]
pub(crate) struct Plan {
    /// What it is called here and in the tables.
    pub(crate) name: &'static str,
    /// What the suite calls it.
    pub(crate) test_plan: &'static str,
    /// What the plan leaves open.
    variant: Variant,
}

/// What a plan leaves open, besides the response type, which is always `code` here.
#[derive(Clone, Copy, Debug)]
enum Variant {
    /// Nothing.
    Fixed,
    /// Where the client comes from, and that the server is discovered.
    DiscoveryAndClient(Client),
    /// Where the client comes from, and what it asks for.
    ClientAndResponseType(Client),
    /// What the client asks for.
    ResponseType,
}

/// Where the client of a plan comes from.
#[derive(Clone, Copy, Debug)]
enum Client {
    /// It was made on the command line.
    Static,
    /// It registers itself (RFC 7591), for each module anew.
    Dynamic,
}

/// All of them, in the order they run.
pub(crate) const PLANS: &[Plan] = &[
    plan("oidcc-config", "oidcc-config-certification-test-plan", Variant::Fixed),
    plan("oidcc-basic", "oidcc-basic-certification-test-plan", Variant::DiscoveryAndClient(Client::Static)),
    plan(
        "oidcc-basic-dynamic",
        "oidcc-basic-certification-test-plan",
        Variant::DiscoveryAndClient(Client::Dynamic),
    ),
    plan(
        "oidcc-formpost-basic",
        "oidcc-formpost-basic-certification-test-plan",
        Variant::DiscoveryAndClient(Client::Static),
    ),
    plan(
        "oidcc-rp-initiated-logout",
        "oidcc-rp-initiated-logout-certification-test-plan",
        Variant::ClientAndResponseType(Client::Static),
    ),
    plan(
        "oidcc-backchannel-rp-initiated-logout",
        "oidcc-backchannel-rp-initiated-logout-certification-test-plan",
        Variant::ClientAndResponseType(Client::Dynamic),
    ),
    plan(
        "oidcc-frontchannel-rp-initiated-logout",
        "oidcc-frontchannel-rp-initiated-logout-certification-test-plan",
        Variant::ClientAndResponseType(Client::Dynamic),
    ),
    plan(
        "oidcc-3rdparty-init-login",
        "oidcc-3rdparty-init-login-certification-test-plan",
        Variant::ResponseType,
    ),
];

const fn plan(name: &'static str, test_plan: &'static str, variant: Variant) -> Plan {
    Plan { name, test_plan, variant }
}

impl Plan {
    /// The choices the suite wants to be told.
    pub(crate) fn variant(&self) -> Value {
        match self.variant {
            Variant::Fixed => json!({}),
            Variant::DiscoveryAndClient(client) => {
                json!({ "server_metadata": "discovery", "client_registration": client.registration() })
            }
            Variant::ClientAndResponseType(client) => {
                json!({ "client_registration": client.registration(), "response_type": "code" })
            }
            Variant::ResponseType => json!({ "response_type": "code" }),
        }
    }
}

impl Client {
    fn registration(self) -> &'static str {
        match self {
            Self::Static => "static_client",
            Self::Dynamic => "dynamic_client",
        }
    }
}
