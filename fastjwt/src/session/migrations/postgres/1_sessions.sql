-- Times are milliseconds since the epoch. This is one statement, which a role that may make tables can run by hand, too.
DO $$
BEGIN
    -- `CREATE TABLE IF NOT EXISTS` fails when two do it at once; with this lock, one waits for the other. The number is `fastjwt`.
    PERFORM pg_advisory_xact_lock(28817596126754676);
    CREATE TABLE IF NOT EXISTS fastjwt_migrations (version BIGINT PRIMARY KEY);
    IF NOT EXISTS (SELECT 1 FROM fastjwt_migrations WHERE version = 1) THEN
        CREATE TABLE fastjwt_sessions (
            realm       TEXT COLLATE "C" NOT NULL,
            subject     TEXT COLLATE "C" NOT NULL,
            id          TEXT COLLATE "C" NOT NULL,
            created     BIGINT           NOT NULL,
            refreshed   BIGINT           NOT NULL,
            ends        BIGINT           NOT NULL,
            idle_end    BIGINT           NOT NULL,
            device      TEXT COLLATE "C" NOT NULL,
            -- The refresh token that is good, by its claims.
            current     TEXT COLLATE "C" NOT NULL,
            current_iat BIGINT           NOT NULL,
            current_exp BIGINT           NOT NULL,
            -- The one before, and when it may come again.
            previous    TEXT COLLATE "C",
            grace_from  BIGINT,
            grace_until BIGINT,
            -- The call that found a spent token used and has to tell, and since when. Sessions that end otherwise are deleted, as this
            -- one is once it is told.
            ended_by    TEXT COLLATE "C",
            ended_at    BIGINT,
            PRIMARY KEY (realm, subject, id)
        );

        CREATE INDEX fastjwt_sessions_ends ON fastjwt_sessions (ends);
        CREATE INDEX fastjwt_sessions_idle_end ON fastjwt_sessions (idle_end);

        CREATE TABLE fastjwt_revoked (
            realm      TEXT COLLATE "C" NOT NULL,
            subject    TEXT COLLATE "C" NOT NULL,
            issuer     TEXT COLLATE "C" NOT NULL,
            jti        TEXT COLLATE "C" NOT NULL,
            keep_until BIGINT           NOT NULL,
            -- What is issued later is not meant.
            made       BIGINT           NOT NULL,
            PRIMARY KEY (realm, subject, issuer, jti)
        );

        CREATE INDEX fastjwt_revoked_keep_until ON fastjwt_revoked (keep_until);

        CREATE TABLE fastjwt_cut_offs (
            realm      TEXT COLLATE "C" NOT NULL,
            subject    TEXT COLLATE "C" NOT NULL,
            -- Tokens without a session that were issued before it are refused.
            moment     BIGINT           NOT NULL,
            keep_until BIGINT           NOT NULL,
            made       BIGINT           NOT NULL,
            PRIMARY KEY (realm, subject)
        );

        CREATE INDEX fastjwt_cut_offs_keep_until ON fastjwt_cut_offs (keep_until);

        -- One row: the latest end of what was refused and is forgotten, and when the last of it was made. Tokens that ended by then and
        -- are no younger stay refused, even if a clock is set back.
        CREATE TABLE fastjwt_forgotten (
            one        INTEGER PRIMARY KEY CHECK (one = 1),
            keep_until BIGINT           NOT NULL,
            made       BIGINT           NOT NULL
        );

        INSERT INTO fastjwt_migrations (version) VALUES (1);
    END IF;
END
$$;
