//! Writes every page from its samples into a folder, with the assets, to look at them in a browser:
//! `cargo run -p postern-templating --example gallery -- FOLDER`, then serve the folder over HTTP.

use std::{fs, io, path::PathBuf};

use postern_templating::{
    Language, Page, Visitor, assets,
    mails::{self, Mail, MailVisitor},
    visit_all,
};

struct Gallery {
    folder: PathBuf,
    names: Vec<String>,
    failure: Option<io::Error>,
}

impl Visitor for Gallery {
    fn visit<P: Page>(&mut self) {
        for (variant, page) in P::samples() {
            let name = if variant.is_empty() { P::NAME.to_owned() } else { format!("{}-{variant}", P::NAME) };
            let name = name.replace([' ', ','], "-");
            let written = page
                .render()
                .map_err(io::Error::other)
                .and_then(|html| fs::write(self.folder.join(format!("{name}.html")), html));
            self.names.push(name);
            self.failure = self.failure.take().or(written.err());
        }
    }
}

impl MailVisitor for Gallery {
    fn visit<M: Mail>(&mut self) {
        let mail = M::sample();
        let language = Language::ENGLISH;
        let text = mail.text(language).map(|text| format!("Subject: {}\n\n{text}", mail.subject(language)));
        for (extension, body) in [("html", mail.html(language)), ("txt", text)] {
            let path = self.folder.join(format!("mail-{}.{extension}", M::NAME));
            let written = body.map_err(io::Error::other).and_then(|body| fs::write(path, body));
            self.failure = self.failure.take().or(written.err());
        }
        self.names.push(format!("mail-{}", M::NAME));
    }
}

fn main() -> io::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "target/gallery".into()));
    fs::create_dir_all(folder.join("assets"))?;
    for name in assets::names() {
        let Some(file) = assets::asset(name) else { continue };
        let path = assets::asset_url(name).trim_start_matches('/');
        fs::write(folder.join(path), &file.bytes)?;
    }
    if let Some(css) = assets::accent_css("e8590c") {
        fs::write(folder.join(assets::accent_url("e8590c").trim_start_matches('/')), css)?;
    }
    let mut gallery = Gallery { folder, names: Vec::new(), failure: None };
    visit_all(&mut gallery);
    mails::visit_all(&mut gallery);
    if let Some(failure) = gallery.failure {
        return Err(failure);
    }
    let links: String =
        gallery.names.iter().map(|name| format!("<li><a href=\"{name}.html\">{name}</a>")).collect();
    fs::write(
        gallery.folder.join("index.html"),
        format!("<!doctype html><title>Gallery</title><ul>{links}</ul>"),
    )?;
    println!("{}", gallery.names.join("\n"));
    Ok(())
}
