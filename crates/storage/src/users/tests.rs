use postern_domain::{Email, InstanceRight, PersonName, UserState, Username};

use super::*;
use crate::passwords;
use crate::testing::{NOW, insert_user, on_both_databases, race, user, write};

/// The whole list, two at a time.
async fn all(db: &Db, search: &Search) -> Vec<String> {
    let mut names = Vec::new();
    let mut after: Option<Place> = None;
    loop {
        let part = list(db, search, after.as_ref(), 2).await.unwrap();
        let Some(last) = part.last() else { return names };
        after = Some(search.place(last).to_string().parse().unwrap());
        names.extend(part.iter().map(|user| user.username.to_string()));
    }
}

on_both_databases! {
    async fn what_is_inserted_is_found_by_every_name(db: Db) {
        let mut ada = user("Ada");
        ada.rights = InstanceRight::ALL.into();
        let inserted = ada.clone();
        write(&db, inserted, |tx, ada| Box::pin(insert(tx, ada, Some("$hash")))).await.unwrap();
        assert_eq!(find(&db, ada.id).await.unwrap(), Some(ada.clone()));
        for identifier in ["ada", "ADA", " Ada ", "ada@example.com", "ADA@EXAMPLE.com"] {
            assert_eq!(find_by_identifier(&db, identifier).await.unwrap(), Some(ada.clone()), "{identifier}");
        }
        for identifier in ["", "ad", "ada%", "_da", "ada@example", "ada'--"] {
            assert_eq!(find_by_identifier(&db, identifier).await.unwrap(), None, "{identifier}");
        }
        assert_eq!(passwords::find(&db, ada.id).await.unwrap().as_deref(), Some("$hash"));
        assert_eq!(count(&db).await.unwrap(), 1);
    }

    async fn names_and_addresses_are_unique_in_any_case(db: Db) {
        insert_user(&db, "ada").await;
        let mut same_name = user("ADA");
        same_name.email = Email::parse("other@example.com").unwrap();
        let error = write(&db, same_name, |tx, user| Box::pin(insert(tx, user, None))).await.unwrap_err();
        assert_eq!(Taken::of(&error), Some(Taken::Username));
        let mut same_email = user("other");
        same_email.email = Email::parse("ADA@example.com").unwrap();
        let error = write(&db, same_email, |tx, user| Box::pin(insert(tx, user, None))).await.unwrap_err();
        assert_eq!(Taken::of(&error), Some(Taken::Email));
        assert_eq!(count(&db).await.unwrap(), 1);
    }

    async fn an_address_is_whose_proves_it(db: Db) {
        let mut claims = Vec::new();
        for name in ["first", "second", "third"] {
            let user = User { email: Email::parse("Ada@example.com").unwrap(), email_verified: false, ..user(name) };
            write(&db, user.clone(), |tx, user| Box::pin(insert(tx, user, None))).await.unwrap();
            claims.push(user);
        }
        let named = async || find_by_identifier(&db, "ADA@example.com").await.unwrap().map(|user| user.id);
        assert_eq!(named().await, claims.iter().map(|user| user.id).min());
        for near in ["ada@example.co", "ada@example.com ", "ada@example.com!", "da@example.com"] {
            let found = find_by_identifier(&db, near).await.unwrap();
            assert_eq!(found.is_some(), near.trim() == "ada@example.com", "{near}");
        }
        let prove = |user: &User| {
            write(&db, (user.id, user.email.clone()), |tx, (id, email)| Box::pin(verify_email(tx, *id, email, NOW)))
        };
        assert!(prove(&claims[2]).await.unwrap());
        assert!(prove(&claims[2]).await.unwrap());
        assert_eq!(named().await, Some(claims[2].id));
        let error = prove(&claims[0]).await.unwrap_err();
        assert_eq!(Taken::of(&error), Some(Taken::Email));
        assert_eq!(find(&db, claims[0].id).await.unwrap().unwrap(), claims[0]);
        // Paged by one, everybody who says so is listed once.
        let search = Search { begin: Some("ada@".into()), only: None };
        let (mut seen, mut after) = (Vec::new(), None);
        while let Some(user) = list(&db, &search, after.as_ref(), 1).await.unwrap().pop() {
            after = Some(search.place(&user));
            seen.push(user.id);
        }
        assert_eq!(seen.len(), 3);
        assert_eq!(seen[0], claims[2].id);
    }

    async fn another_address_is_not_verified(db: Db) {
        let ada = insert_user(&db, "ada").await;
        insert_user(&db, "bob").await;
        let change = |email: &str, username: &str| Profile {
            email: Email::parse(email).unwrap(),
            username: Username::parse(username).unwrap(),
            name: PersonName::parse("Ada L").unwrap(),
            claims: StandardClaims { nickname: PersonName::parse("Al").ok(), ..StandardClaims::default() },
        };
        let save = |profile: Profile| {
            write(&db, (ada.id, profile), |tx, (id, profile)| {
                Box::pin(update_profile(tx, *id, profile, NOW.plus(postern_domain::Lifetime::seconds(5))))
            })
        };
        assert!(save(change("ADA@example.com", "ada2")).await.unwrap());
        let changed = find(&db, ada.id).await.unwrap().unwrap();
        assert!(changed.email_verified);
        assert_eq!((changed.email.as_str(), changed.username.as_str()), ("ADA@example.com", "ada2"));
        assert_eq!(changed.updated_at.0, NOW.0 + 5);
        assert_eq!(changed.claims.nickname.unwrap().as_str(), "Al");
        assert!(save(change("ada@example.org", "ada2")).await.unwrap());
        assert!(!find(&db, ada.id).await.unwrap().unwrap().email_verified);
        assert!(save(change("ada@example.com", "ada2")).await.unwrap());
        assert!(!find(&db, ada.id).await.unwrap().unwrap().email_verified);
        // Bob has proved it: others can say it, and he keeps it.
        assert!(save(change("bob@example.com", "ada2")).await.unwrap());
        let named = find_by_identifier(&db, "bob@example.com").await.unwrap().unwrap();
        assert_eq!(named.username.as_str(), "bob");
        let error = save(change("bob@example.com", "bob")).await.unwrap_err();
        assert_eq!(Taken::of(&error), Some(Taken::Username));
    }

    async fn of_two_changes_of_one_password_one_wins(db: Db) {
        let ada = insert_user(&db, "ada").await;
        assert_eq!(passwords::find(&db, ada.id).await.unwrap(), None);
        let set = |new: &'static str, old: Option<&'static str>| {
            write(&db, (ada.id, new, old), |tx, (id, new, old)| Box::pin(passwords::set(tx, *id, new, *old, NOW)))
        };
        // Within one second, too, each password counts from later on than the one before.
        assert_eq!(set("one", None).await.unwrap(), Some(Timestamp(NOW.0 + 1)));
        assert_eq!(set("two", Some("one")).await.unwrap(), Some(Timestamp(NOW.0 + 2)));
        assert_eq!(set("three", Some("one")).await.unwrap(), None);
        assert_eq!(passwords::find(&db, ada.id).await.unwrap().as_deref(), Some("two"));
        let rehash = |old: &'static str, new: &'static str| {
            write(&db, ada.id, move |tx, id| Box::pin(passwords::rehash(tx, *id, old, new)))
        };
        rehash("one", "four").await.unwrap();
        assert_eq!(passwords::find(&db, ada.id).await.unwrap().as_deref(), Some("two"));
        rehash("two", "four").await.unwrap();
        assert_eq!(passwords::find(&db, ada.id).await.unwrap().as_deref(), Some("four"));
    }

    async fn a_closed_account_says_so(db: Db) {
        let ada = insert_user(&db, "ada").await;
        let epochs = db.epochs();
        let since = epochs.now();
        let set = |state| write(&db, (ada.id, state), |tx, (id, state)| Box::pin(set_state(tx, *id, *state, NOW)));
        assert!(set(UserState::Disabled).await.unwrap());
        assert!(!epochs.holds(since, &[ada.id.0]));
        assert!(!find(&db, ada.id).await.unwrap().unwrap().is_active());
        assert!(set(UserState::Active).await.unwrap());
        assert!(find(&db, ada.id).await.unwrap().unwrap().is_active());
    }

    async fn lists_go_on_where_they_ended(db: Db) {
        for name in ["ada", "adam", "bob", "Ada-2", "eve"] {
            insert_user(&db, name).await;
        }
        let mut other = user("zoe");
        other.email = Email::parse("Ad.zoe@example.com").unwrap();
        other.rights = [InstanceRight::UsersManage].into();
        other.state = UserState::Disabled;
        write(&db, other, |tx, user| Box::pin(insert(tx, user, None))).await.unwrap();
        for (begin, only, expected) in [
            (Some("ad"), None, vec!["ada", "Ada-2", "adam", "zoe"]),
            (Some("AD"), Some(Only::Disabled), vec!["zoe"]),
            (Some("ada@"), None, vec!["ada"]),
            (Some("ad%"), None, vec![]),
            (None, Some(Only::WithRights), vec!["zoe"]),
            (None, Some(Only::Disabled), vec!["zoe"]),
        ] {
            let search = Search { begin: begin.map(str::to_owned), only };
            assert_eq!(all(&db, &search).await, expected, "{search:?}");
        }
        assert_eq!(all(&db, &Search::default()).await.len(), 6);
    }

    async fn of_two_administrators_who_go_at_once_one_stays(db: Db) {
        let mut admins = Vec::new();
        for name in ["ada", "bob"] {
            let mut admin = user(name);
            admin.rights = [InstanceRight::InstanceAdmin].into();
            admins.push(admin.id);
            write(&db, admin, |tx, user| Box::pin(insert(tx, user, None))).await.unwrap();
        }
        let gone = race(2, |number| {
            let (db, id) = (db.clone(), admins[number]);
            async move {
                write(&db, id, |tx, id| {
                    Box::pin(async move {
                        let right = InstanceRight::InstanceAdmin;
                        let may_go = another_has_right_now(tx, *id, right).await?;
                        if may_go {
                            set_rights(tx, *id, &BTreeSet::new(), NOW).await?;
                        }
                        Ok(may_go)
                    })
                })
                .await
                .unwrap()
            }
        });
        assert_eq!(gone.await.into_iter().filter(|gone| *gone).count(), 1);
        assert!(first_with_right(&db, InstanceRight::InstanceAdmin).await.unwrap().is_some());
    }

    async fn of_those_who_would_be_the_first_one_is(db: Db) {
        let firsts = race(16, |number| {
            let (db, user) = (db.clone(), user(&format!("user{number}")));
            async move {
                write(&db, user, |tx, user| {
                    Box::pin(async move {
                        let first = none_yet(tx).await?;
                        if first {
                            insert(tx, user, None).await?;
                        }
                        Ok(first)
                    })
                })
                .await
                .unwrap()
            }
        });
        assert_eq!(firsts.await.into_iter().filter(|first| *first).count(), 1);
        assert_eq!(count(&db).await.unwrap(), 1);
    }
}
