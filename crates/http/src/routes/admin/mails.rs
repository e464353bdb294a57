use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::Timestamp;
use postern_flows::App;
use postern_flows::administration::{self, QueuedMail};
use postern_templating::pages::{AdminMailRow, AdminMails};
use postern_templating::{AdminTab, Notice, Text, When, t, tn};

use super::asked::Administrator;
use crate::answer::PageRefusal;
use crate::page;
use crate::request::{FormAbout, PageQuery};

const PATH: &str = "/admin/mails";

pub(super) async fn list(
    Administrator(manager): Administrator,
    PageQuery(query): PageQuery,
) -> Result<Response, PageRefusal> {
    let app = &manager.page.app;
    let queue = administration::mail_queue(app, &manager.actor).await?;
    let now = app.clock.now();
    let mut chrome = manager.chrome(AdminTab::Mails);
    chrome.notice = query.get("retried").and_then(|count| count.parse().ok()).map(notice);
    let rows = |mails: &[QueuedMail]| mails.iter().map(|mail| row(mail, now)).collect();
    Ok(page::render(&AdminMails {
        chrome,
        destination: destination(app),
        total: queue.total,
        waiting: rows(&queue.waiting),
        given_up: rows(&queue.given_up),
    }))
}

pub(super) async fn retry(
    FormAbout(Administrator(manager), _): FormAbout<Administrator>,
) -> Result<Response, PageRefusal> {
    let retried = administration::hurry_mails(&manager.page.app, &manager.actor).await?;
    Ok(Redirect::to(&format!("{PATH}?retried={retried}")).into_response())
}

fn notice(retried: u64) -> Notice {
    match retried {
        0 => Notice::info(t("None waits for later: each is tried within minutes anyway.")),
        _ => Notice::done(tn("One mail is tried again now.", "{count} mails are tried again now.", retried)),
    }
}

fn destination(app: &App) -> Text {
    let mail = &app.config.mail;
    match &mail.smtp_url {
        Some(server) => t("They go to {server}.").with("server", server.to_string()),
        None => t("They go into the folder {folder}.").with("folder", mail.directory.display().to_string()),
    }
}

fn row(mail: &QueuedMail, now: Timestamp) -> AdminMailRow {
    let when = |at: Timestamp| When::new(at.0, now.0);
    AdminMailRow {
        recipient: mail.recipient.clone(),
        kind: mail.kind.clone(),
        queued: when(mail.created_at),
        next: mail.next_try_at.map(when),
        tries: u64::try_from(mail.tries).unwrap_or_default(),
        problem: mail.problem.clone(),
    }
}
