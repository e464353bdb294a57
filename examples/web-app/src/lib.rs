//! A third-party web app.
