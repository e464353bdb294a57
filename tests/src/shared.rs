use std::sync::Arc;

use tokio::sync::OnceCell;

use crate::database::drop_left_behind;
use crate::instance::Running;
use crate::{Engine, Instance};

static SQLITE: OnceCell<Arc<Running>> = OnceCell::const_new();
static POSTGRES: OnceCell<Arc<Running>> = OnceCell::const_new();

/// A hold on the instance that all tests of an engine share, with settings as delivered except that strangers may
/// sign up. It is started for the first test that asks, and ends when the tests do.
pub async fn shared(engine: Engine) -> Instance {
    let cell = match engine {
        Engine::Sqlite => &SQLITE,
        Engine::Postgres => &POSTGRES,
    };
    let start = || async {
        if engine == Engine::Postgres {
            drop_left_behind();
        }
        let instance = Instance::start_with(engine, &[("registration.open", "true")]).await;
        Arc::clone(&instance.running)
    };
    Instance::share(cell.get_or_init(start).await)
}
