use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub at: i64,
    pub outcome: String,
    pub action: Option<String>,
    pub token_id: Option<Uuid>,
    pub user_id: Option<Uuid>,
    pub acting_for: Option<Uuid>,
    pub client_id: Option<Uuid>,
    pub organization_id: Option<Uuid>,
    pub target_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub data: String,
    pub segment: Option<i64>,
    pub position: Option<i64>,
    pub hash: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
