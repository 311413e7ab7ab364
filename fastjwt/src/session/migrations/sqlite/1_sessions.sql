-- Times are milliseconds since the epoch.

CREATE TABLE fastjwt_sessions (
    realm       TEXT    NOT NULL,
    subject     TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    created     INTEGER NOT NULL,
    refreshed   INTEGER NOT NULL,
    ends        INTEGER NOT NULL,
    idle_end    INTEGER NOT NULL,
    device      TEXT    NOT NULL,
    -- The refresh token that is good, by its claims.
    current     TEXT    NOT NULL,
    current_iat INTEGER NOT NULL,
    current_exp INTEGER NOT NULL,
    -- The one before, and when it may come again.
    previous    TEXT,
    grace_from  INTEGER,
    grace_until INTEGER,
    -- The call that found a spent token used and has to tell, and since when. Sessions that end otherwise are deleted, as this
    -- one is once it is told.
    ended_by    TEXT,
    ended_at    INTEGER,
    PRIMARY KEY (realm, subject, id)
) WITHOUT ROWID;

CREATE INDEX fastjwt_sessions_ends ON fastjwt_sessions (ends);
CREATE INDEX fastjwt_sessions_idle_end ON fastjwt_sessions (idle_end);

CREATE TABLE fastjwt_revoked (
    realm      TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    issuer     TEXT    NOT NULL,
    jti        TEXT    NOT NULL,
    keep_until INTEGER NOT NULL,
    -- What is issued later is not meant.
    made       INTEGER NOT NULL,
    PRIMARY KEY (realm, subject, issuer, jti)
) WITHOUT ROWID;

CREATE INDEX fastjwt_revoked_keep_until ON fastjwt_revoked (keep_until);

CREATE TABLE fastjwt_cut_offs (
    realm      TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    -- Tokens without a session that were issued before it are refused.
    moment     INTEGER NOT NULL,
    keep_until INTEGER NOT NULL,
    made       INTEGER NOT NULL,
    PRIMARY KEY (realm, subject)
) WITHOUT ROWID;

CREATE INDEX fastjwt_cut_offs_keep_until ON fastjwt_cut_offs (keep_until);

-- One row: the latest end of what was refused and is forgotten, and when the last of it was made. Tokens that ended by then and are no
-- younger stay refused, even if a clock is set back.
CREATE TABLE fastjwt_forgotten (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    keep_until INTEGER NOT NULL,
    made       INTEGER NOT NULL
);
