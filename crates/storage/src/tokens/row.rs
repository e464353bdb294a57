use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tokens")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: String,
    pub hash: Vec<u8>,
    pub grant_id: Option<Uuid>,
    pub client_id: Option<Uuid>,
    pub user_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub permit: String,
    pub data: Option<String>,
    pub created_at: i64,
    pub expires_at: Option<i64>,
    pub consumed_at: Option<i64>,
    pub revoked_at: Option<i64>,
    pub last_used_at: Option<i64>,
    pub successor: Option<Vec<u8>>,
    pub organization_id: Option<Uuid>,
    pub customer_id: Option<Uuid>,
    pub name: Option<String>,
    /// What the name is searched by, as bytes: those every database orders alike.
    pub name_key: Option<Vec<u8>>,
    pub created_by: Option<Uuid>,
    pub last_used_from: Option<String>,
    pub revoked_by: Option<Uuid>,
    pub sealed: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "crate::grants::row::Entity",
        from = "Column::GrantId",
        to = "crate::grants::row::Column::Id"
    )]
    Grant,
}

impl Related<crate::grants::row::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Grant.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
