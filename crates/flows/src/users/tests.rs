use super::*;
use crate::testing::{self, new_user};

fn fields(outcome: Result<User, FormRefusal>) -> FieldErrors {
    match outcome {
        Err(FormRefusal::Fields(errors)) => errors,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_operator_learns_what_is_taken() {
    let app = testing::app().await;
    testing::user(&app, "ada").await;
    let same_name = NewUser { email: "other@example.com".into(), ..new_user("ADA") };
    assert!(fields(create(&app, &same_name, Standing::default()).await).of("username").is_some());
    let same_email = NewUser { username: "other".into(), ..new_user("ada") };
    assert!(fields(create(&app, &same_email, Standing::default()).await).of("email").is_some());
}

#[tokio::test]
async fn an_operator_names_an_account_in_three_ways() {
    let app = testing::app().await;
    let ada = testing::user(&app, "ada").await;
    for name in [ada.id.to_string().as_str(), "ada", "Ada@example.com"] {
        assert_eq!(find_named(&app, name).await.unwrap(), ada, "{name}");
    }
    let refusal = find_named(&app, "bob").await.unwrap_err();
    assert_eq!(refusal.description, "there is no account “bob”");
}

#[tokio::test]
async fn an_empty_user_name_is_one_mistake() {
    let app = testing::app().await;
    let errors = fields(create(&app, &NewUser::default(), Standing::default()).await);
    assert_eq!(errors.0.iter().map(|error| error.field).collect::<Vec<_>>(), ["username", "email"]);
}

#[tokio::test]
async fn standing_is_kept() {
    let app = testing::app().await;
    let standing =
        Standing { email_verified: true, rights: InstanceRight::ALL.into(), ..Standing::default() };
    let new = NewUser { name: "Ada Lovelace".into(), password: None, ..new_user("ada") };
    let ada = create(&app, &new, standing).await.unwrap();
    assert_eq!(users::find(&app.db, ada.id).await.unwrap(), Some(ada.clone()));
    assert!(ada.email_verified && ada.rights.len() == 3 && ada.name.as_str() == "Ada Lovelace");
    assert_eq!(passwords::find(&app.db, ada.id).await.unwrap(), None);
}

#[tokio::test]
async fn an_operator_sets_another_password() {
    let app = testing::app().await;
    let ada = testing::user(&app, "ada").await;
    let weak = set_password(&app, &ada, &Plain::new("password".into())).await;
    assert!(matches!(weak, Err(FormRefusal::Fields(_))));
    let new = Plain::new("a quite different sentence".into());
    assert_eq!(set_password(&app, &ada, &new).await.unwrap(), 0);
    let visit = testing::visit(1);
    assert!(crate::testing::sign_in(&app, "ada", &new, &visit).await.is_ok());
}
