use std::pin::pin;

use postern_domain::Refusal;

use crate::App;

/// In how many passes acts get their places once.
const ACTS_EVERY: u32 = 5;
/// How often it is tried at the end to write down what is left.
const LAST_TRIES: u32 = 10;

/// Writes down what waits to be, again and again until `stop`, and then what is left.
pub async fn write(app: &App, stop: impl Future<Output = ()>) {
    let mut stop = pin!(stop);
    let mut failed = false;
    for pass in 0_u32.. {
        tokio::select! {
            () = &mut stop => break,
            () = app.audit.gathered() => {}
        }
        let outcome = pass_over(app, pass % ACTS_EVERY == 0).await;
        match &outcome {
            Err(refusal) if !failed => tracing::error!(?refusal, "calls and acts cannot be written down"),
            Ok(()) if failed => tracing::info!("calls and acts are written down again"),
            _ => {}
        }
        failed = outcome.is_err();
        app.audit.set_failing(failed);
    }
    for _ in 0..LAST_TRIES {
        match flush(app).await {
            Ok(()) => return,
            Err(refusal) => tracing::warn!(?refusal, "the last calls could not be written down yet"),
        }
        app.audit.gathered().await;
    }
    tracing::error!("the last calls before this stop are missing in the audit");
}

/// Writes down everything that waits to be.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails; it waits on then.
pub async fn flush(app: &App) -> Result<(), Refusal> {
    pass_over(app, true).await
}

async fn pass_over(app: &App, acts_too: bool) -> Result<(), Refusal> {
    let mut chain = app.audit.chain.lock().await;
    while chain.write_calls(app).await? > 0 {}
    if acts_too {
        chain.chain_acts(app).await?;
    }
    Ok(())
}
