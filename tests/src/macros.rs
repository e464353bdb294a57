/// Tests that run once on SQLite and once on PostgreSQL.
///
/// `async fn name(instance: &Instance)` gets the instance that all tests of this engine share: fresh people and
/// clients keep them apart. `async fn name(engine: Engine)` starts what it needs itself.
#[macro_export]
macro_rules! on_both_databases {
    ($($(#[$attribute:meta])* async fn $name:ident($argument:ident: $($kind:tt)+) $body:block)*) => {
        $(
            $(#[$attribute])*
            mod $name {
                #[allow(unused_imports, reason = "each test uses its own part")]
                use super::*;

                async fn check($argument: $($kind)+) $body

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn sqlite() {
                    $crate::on_engine!($crate::Engine::Sqlite, $($kind)+);
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn postgres() {
                    $crate::on_engine!($crate::Engine::Postgres, $($kind)+);
                }
            }
        )*
    };
}

/// Runs the `check` of [`on_both_databases`] on one engine, unless the run was asked to leave it out.
#[doc(hidden)]
#[macro_export]
macro_rules! on_engine {
    ($engine:expr, Engine) => {
        if $engine.is_wanted() {
            check($engine).await;
        }
    };
    ($engine:expr, &Instance) => {
        if $engine.is_wanted() {
            let instance = $crate::shared($engine).await;
            check(&instance).await;
        }
    };
}
