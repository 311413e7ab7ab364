//! The operations of a store on a database, written once: sqlx's types differ from database to database, the code does not.

/// Implements [`SessionStore`](crate::session::SessionStore) for a type with `reads` and `writes`, which lend connections, and with
/// `end_rows` and `purge_rows`, which are more than one statement and differ.
macro_rules! sql_store {
    ($store:ty) => {
        impl $store {
            async fn open_row(&self, open: Open<'_>) -> Result<(), StoreError> {
                let Open { subject, session, refresh, .. } = open;
                let mut lent = self.writes().await?;
                let asked = sqlx::query(sql::OPEN)
                    .bind(sql::column(subject.realm))
                    .bind(sql::column(subject.id))
                    .bind(sql::column(&session.id))
                    .bind(sql::millis(session.created))
                    .bind(sql::millis(session.refreshed))
                    .bind(sql::millis(session.ends))
                    .bind(sql::millis(session.idle_end))
                    .bind(sql::column(&session.device))
                    .bind(sql::column(&refresh.jti))
                    .bind(sql::millis(refresh.iat))
                    .bind(sql::millis(refresh.exp))
                    .execute(lent.connection()?)
                    .await;
                let done = lent.answered(asked)?;
                match done.rows_affected() {
                    1 => Ok(()),
                    _ => Err(StoreError::new(StoreFault::Refused, "the subject has another session with this id")),
                }
            }

            async fn rotate_row(&self, rotate: Rotate<'_>) -> Result<Rotation, StoreError> {
                // Almost always the first statement is the whole work. Else the session's state says why not; what it says can't
                // become wrong, since a spent token stays spent, but for a session that ends meanwhile: then it is looked at again.
                for _ in 0..3 {
                    if self.install(&rotate).await? {
                        return Ok(Rotation::Installed);
                    }
                    let Some(family) = self.family(&rotate).await? else { return Ok(Rotation::Ended) };
                    match family.step(&rotate) {
                        Step::Answer(rotation) => return Ok(rotation),
                        Step::EndByReuse if self.end_by_reuse(&rotate, &family).await? => return Ok(Rotation::Reuse),
                        Step::EndByReuse | Step::Install => {}
                    }
                }
                Err(StoreError::new(StoreFault::Unavailable, "the session kept changing"))
            }

            async fn install(&self, rotate: &Rotate<'_>) -> Result<bool, StoreError> {
                let successor = rotate.successor;
                let mut lent = self.writes().await?;
                let asked = sqlx::query(sql::ROTATE)
                    .bind(sql::column(rotate.subject.realm))
                    .bind(sql::column(rotate.subject.id))
                    .bind(sql::column(rotate.session))
                    .bind(sql::column(rotate.presented))
                    .bind(rotate.grace.map(|grace| sql::millis(grace.from)))
                    .bind(rotate.grace.map(|grace| sql::millis(grace.until)))
                    .bind(sql::column(&successor.jti))
                    .bind(sql::millis(successor.iat))
                    .bind(sql::millis(successor.exp))
                    .bind(sql::millis(rotate.now))
                    .bind(sql::millis(rotate.idle_end))
                    .execute(lent.connection()?)
                    .await;
                let done = lent.answered(asked)?;
                Ok(done.rows_affected() == 1)
            }

            async fn family(&self, rotate: &Rotate<'_>) -> Result<Option<Family>, StoreError> {
                let mut lent = self.writes().await?;
                let asked = sqlx::query_as(sql::FAMILY)
                    .bind(sql::column(rotate.subject.realm))
                    .bind(sql::column(rotate.subject.id))
                    .bind(sql::column(rotate.session))
                    .fetch_optional(lent.connection()?)
                    .await;
                let row: Option<sql::FamilyRow> = lent.answered(asked)?;
                row.map(sql::family).transpose()
            }

            async fn end_by_reuse(&self, rotate: &Rotate<'_>, found: &Family) -> Result<bool, StoreError> {
                let mut lent = self.writes().await?;
                let asked = sqlx::query(sql::END_BY_REUSE)
                    .bind(sql::column(rotate.subject.realm))
                    .bind(sql::column(rotate.subject.id))
                    .bind(sql::column(rotate.session))
                    .bind(sql::column(&rotate.successor.jti))
                    .bind(sql::millis(rotate.now))
                    .bind(found.ended_by.as_ref().map(|reuse| sql::column(&reuse.call)))
                    .execute(lent.connection()?)
                    .await;
                let done = lent.answered(asked)?;
                Ok(done.rows_affected() == 1)
            }

            async fn check_row(&self, check: Check<'_>) -> Result<Standing, StoreError> {
                let mut lent = self.reads().await?;
                let asked = sqlx::query_as(sql::CHECK)
                    .bind(sql::column(check.subject.realm))
                    .bind(sql::column(check.subject.id))
                    .bind(sql::column(check.issuer))
                    .bind(check.jti.map(sql::column))
                    .bind(check.session.map(sql::column))
                    .fetch_one(lent.connection()?)
                    .await;
                let row: sql::CheckRow = lent.answered(asked)?;
                let (revoked, until, made, ends, idle_end, reused, cut_off) = row;
                let found = Found {
                    revoked: revoked != 0,
                    forgotten: sql::forgotten(until, made)?,
                    session: sql::ends(ends, idle_end)?,
                    reused: reused.map(sql::date).transpose()?,
                    cut_off: cut_off.map(sql::date).transpose()?,
                };
                Ok(found.standing(&check))
            }

            /// The change comes first and has all the conditions of the check; so the check that follows tells what came of it.
            async fn renew_row(&self, check: Check<'_>, idle_end: NumericDate) -> Result<Standing, StoreError> {
                if check.session.is_some() {
                    let mut lent = self.writes().await?;
                    let asked = sqlx::query(sql::RENEW)
                        .bind(sql::column(check.subject.realm))
                        .bind(sql::column(check.subject.id))
                        .bind(sql::column(check.issuer))
                        .bind(check.jti.map(sql::column))
                        .bind(check.session.map(sql::column))
                        .bind(sql::millis(check.now))
                        .bind(sql::millis(idle_end))
                        .bind(sql::millis(check.expires))
                        .bind(sql::millis(check.issued_before_leeway()))
                        .execute(lent.connection()?)
                        .await;
                    lent.answered(asked)?;
                }
                self.check_row(check).await
            }

            async fn revoke_row(&self, revoke: Revoke<'_>) -> Result<(), StoreError> {
                let mut lent = self.writes().await?;
                let asked = sqlx::query(sql::REVOKE)
                    .bind(sql::column(revoke.subject.realm))
                    .bind(sql::column(revoke.subject.id))
                    .bind(sql::column(revoke.issuer))
                    .bind(sql::column(revoke.jti))
                    .bind(sql::millis(revoke.keep_until))
                    .bind(sql::millis(revoke.now))
                    .execute(lent.connection()?)
                    .await;
                lent.answered(asked)?;
                Ok(())
            }

            async fn session_rows(&self, list: List<'_>) -> Result<Vec<Session>, StoreError> {
                let mut lent = self.reads().await?;
                let asked = sqlx::query_as(sql::SESSIONS)
                    .bind(sql::column(list.subject.realm))
                    .bind(sql::column(list.subject.id))
                    .bind(sql::millis(list.now))
                    .bind(i64::from(list.limit))
                    .fetch_all(lent.connection()?)
                    .await;
                let rows: Vec<sql::SessionRow> = lent.answered(asked)?;
                rows.into_iter().map(sql::session).collect()
            }
        }

        impl SessionStore for $store {
            fn open<'a>(&'a self, open: Open<'a>) -> StoreFuture<'a, ()> {
                Box::pin(self.open_row(open))
            }

            fn rotate<'a>(&'a self, rotate: Rotate<'a>) -> StoreFuture<'a, Rotation> {
                Box::pin(self.rotate_row(rotate))
            }

            fn check<'a>(&'a self, check: Check<'a>) -> StoreFuture<'a, Standing> {
                Box::pin(self.check_row(check))
            }

            fn renew<'a>(&'a self, check: Check<'a>, idle_end: NumericDate) -> StoreFuture<'a, Standing> {
                Box::pin(self.renew_row(check, idle_end))
            }

            fn revoke<'a>(&'a self, revoke: Revoke<'a>) -> StoreFuture<'a, ()> {
                Box::pin(self.revoke_row(revoke))
            }

            fn end<'a>(&'a self, end: End<'a>) -> StoreFuture<'a, u64> {
                Box::pin(self.end_rows(end))
            }

            fn sessions<'a>(&'a self, list: List<'a>) -> StoreFuture<'a, Vec<Session>> {
                Box::pin(self.session_rows(list))
            }

            fn purge(&self, now: NumericDate) -> StoreFuture<'_, u64> {
                Box::pin(self.purge_rows(now))
            }
        }
    };
}

pub(in crate::session) use sql_store;
