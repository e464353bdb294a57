use super::*;
use crate::organizations::tests::insert_organization;
use crate::testing::{NOW, insert_client, insert_user, on_both_databases, random_id, write};
use crate::{StorageError, clients, organization_choices};

on_both_databases! {
    async fn an_app_waits_is_approved_and_withdrawn(db: Db) {
        let ada = insert_user(&db, "ada").await;
        let acme = insert_organization(&db, "acme", ada.id).await.id;
        let app = insert_client(&db, "notes").await;
        for _ in 0..2 {
            write(&db, (acme, app), |tx, (acme, app)| Box::pin(ask(tx, random_id(), *acme, *app, NOW))).await.unwrap();
        }
        assert!(!is_approved(&db, acme, app).await.unwrap());
        assert_eq!(count_waiting(&db, acme).await.unwrap(), 1);
        let approve = |by| {
            let db = db.clone();
            async move {
                write(&db, (acme, app, by), |tx, (acme, app, by)| {
                    Box::pin(approve(tx, random_id(), *acme, *app, *by, NOW))
                })
                .await
            }
        };
        approve(ada.id).await.unwrap();
        assert!(is_approved(&db, acme, app).await.unwrap());
        // Who asks again afterwards changes nothing.
        write(&db, (acme, app), |tx, (acme, app)| Box::pin(ask(tx, random_id(), *acme, *app, NOW))).await.unwrap();
        let approval = AppApproval { organization_id: acme, client_id: app, approved_by: Some(ada.id), created_at: NOW };
        assert_eq!(list(&db, acme, 5).await.unwrap(), [approval]);
        assert!(write(&db, (acme, app), |tx, (acme, app)| Box::pin(withdraw(tx, *acme, *app))).await.unwrap());
        assert!(!is_approved(&db, acme, app).await.unwrap());
        approve(ada.id).await.unwrap();
        write(&db, app, |tx, app| Box::pin(clients::delete(tx, *app))).await.unwrap();
        assert_eq!(list(&db, acme, 5).await.unwrap(), []);
    }

    async fn the_last_choice_is_kept(db: Db) {
        let ada = insert_user(&db, "ada").await;
        let app = insert_client(&db, "notes").await;
        for slug in ["acme", "other"] {
            let chosen = insert_organization(&db, slug, ada.id).await.id;
            let kept: Result<(), StorageError> = write(&db, (ada.id, app, chosen), |tx, (ada, app, chosen)| {
                Box::pin(organization_choices::keep(tx, random_id(), *ada, *app, *chosen, NOW))
            })
            .await;
            kept.unwrap();
            assert_eq!(organization_choices::find(&db, ada.id, app).await.unwrap(), Some(chosen));
        }
    }
}
