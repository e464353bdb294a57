//! `/v1/personal-access-tokens`, `/v1/organization-access-tokens`, `/v1/admin/tokens`: what people and teams give to
//! their scripts. One set of handlers: whose a token is decides who may deal with it, not the address it is asked for at.

mod bulk;
mod handlers;
mod shape;

pub(super) use shape::TokenShown;

use crate::api::{Access, Operation};
use crate::rights::Routes;
use bulk::{BulkEffects, BulkFilter, BulkRevoked, previewed, revoked_all};
use handlers::{changed, created, listed, listed_all, one, renewed, revoked, rotated};
use shape::{NewValue, Overlap, TokenChange, TokenToBe};

pub(crate) fn routes() -> Routes {
    let personal = Kind {
        all: "/v1/personal-access-tokens",
        one: "/v1/personal-access-tokens/{id}",
        rotate: "/v1/personal-access-tokens/{id}/rotate",
        renew: "/v1/personal-access-tokens/{id}/renew",
        read: Access::user("tokens:read"),
        write: Access::user("tokens:write"),
        ids: [
            "listPersonalTokens",
            "createPersonalToken",
            "getPersonalToken",
            "changePersonalToken",
            "revokePersonalToken",
            "rotatePersonalToken",
            "renewPersonalToken",
        ],
    };
    let of_organization = Kind {
        all: "/v1/organization-access-tokens",
        one: "/v1/organization-access-tokens/{id}",
        rotate: "/v1/organization-access-tokens/{id}/rotate",
        renew: "/v1/organization-access-tokens/{id}/renew",
        read: Access::user_or_organization("tokens:read"),
        write: Access::user_or_organization("tokens:write"),
        ids: [
            "listOrganizationTokens",
            "createOrganizationToken",
            "getOrganizationToken",
            "changeOrganizationToken",
            "revokeOrganizationToken",
            "rotateOrganizationToken",
            "renewOrganizationToken",
        ],
    };
    personal.routes().merge(of_organization.routes()).merge(of_everybody())
}

/// Where one kind of token is, and who may deal with it.
struct Kind {
    all: &'static str,
    one: &'static str,
    rotate: &'static str,
    renew: &'static str,
    read: Access,
    write: Access,
    ids: [&'static str; 7],
}

impl Kind {
    fn routes(self) -> Routes {
        let [list, create, get, change, revoke, rotate, renew] = self.ids;
        let list = searched(Operation::get(self.all, list, self.read).summary("Tokens, the newest first"))
            .filter_id("organization_id", "Those of an organization; its own token need not say.");
        let create = Operation::post(self.all, create, self.write)
            .summary("Make a token")
            .takes::<TokenToBe>()
            .creates::<NewValue>();
        let get = Operation::get(self.one, get, self.read).summary("A token").answers::<TokenShown>();
        let change = Operation::patch(self.one, change, self.write)
            .summary("Change a token")
            .takes::<TokenChange>()
            .answers::<TokenShown>();
        let revoke = Operation::delete(self.one, revoke, self.write).summary("Revoke a token at once");
        let rotate = Operation::post(self.rotate, rotate, self.write)
            .summary("Give a token a new value; the old one may live on for a while")
            .may_take::<Overlap>()
            .creates::<NewValue>();
        let renew = Operation::post(self.renew, renew, self.write)
            .summary("Let a token live on, with the same value")
            .answers::<TokenShown>();
        Routes::new()
            .api(list, listed)
            .api(create, created)
            .api(get, one)
            .api(change, changed)
            .api(revoke, revoked)
            .api(rotate, rotated)
            .api(renew, renewed)
    }
}

fn of_everybody() -> Routes {
    let manage = Access::user("users:manage");
    let list = searched(
        Operation::get("/v1/admin/tokens", "listAllTokens", manage).summary("The tokens of everybody"),
    )
    .filter_one_of("kind", "Personal or organization tokens.", &["pat", "oat"]);
    let get = Operation::get("/v1/admin/tokens/{id}", "getToken", manage)
        .summary("A token of somebody")
        .answers::<TokenShown>();
    let revoke = Operation::delete("/v1/admin/tokens/{id}", "revokeToken", manage)
        .summary("Revoke a token of somebody at once");
    let renew = Operation::post("/v1/admin/tokens/{id}/renew", "renewToken", manage)
        .summary("Let a token of somebody that has ended live on")
        .answers::<TokenShown>();
    let preview = Operation::post("/v1/admin/tokens/preview-revocation", "previewTokenRevocation", manage)
        .summary("What would end with all live tokens that match")
        .takes::<BulkFilter>()
        .answers::<BulkEffects>();
    let revoke_all = Operation::post("/v1/admin/tokens/revoke", "revokeTokens", manage)
        .summary("Revoke all live tokens that match, ten thousand at most")
        .note("Look at the preview first, and send its `made_until`: what is made later stays. Call it again while `has_more` was true.")
        .takes::<BulkFilter>()
        .answers::<BulkRevoked>();
    Routes::new()
        .api(list, listed_all)
        .api(get, one)
        .api(revoke, revoked)
        .api(renew, renewed)
        .api(preview, previewed)
        .api(revoke_all, revoked_all)
}

fn searched(list: Operation) -> Operation {
    list.lists::<TokenShown>()
        .filter(
            "query",
            "How the name begins; for administrators also whose they are, by name, e-mail or slug.",
        )
        .filter_one_of("state", "In this state.", &["active", "expired", "revoked"])
}
