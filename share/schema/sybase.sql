-- The tables of the store sybase as they are made today; see vmigrate(1).

CREATE TABLE vpopmail (
    pw_name varchar(64) NOT NULL,
    pw_domain varchar(255) NOT NULL,
    pw_passwd varchar(255),
    pw_uid int,
    pw_gid int,
    pw_gecos varchar(255),
    pw_dir varchar(1024),
    pw_shell varchar(64),
    pw_clear_passwd varchar(255),
    PRIMARY KEY (pw_domain, pw_name)
);

CREATE TABLE dir_control (
    domain varchar(255) NOT NULL,
    cur_users numeric(19),
    level_cur int,
    level_max int,
    level_start0 int,
    level_start1 int,
    level_start2 int,
    level_end0 int,
    level_end1 int,
    level_end2 int,
    level_mod0 int,
    level_mod1 int,
    level_mod2 int,
    level_index0 int,
    level_index1 int,
    level_index2 int,
    the_dir varchar(160),
    PRIMARY KEY (domain)
);

CREATE TABLE lastauth (
    userid varchar(64) NOT NULL,
    domain varchar(255) NOT NULL,
    remote_ip varchar(63) NOT NULL,
    timestamp numeric(19) DEFAULT 0 NOT NULL,
    PRIMARY KEY (domain, userid)
);

CREATE TABLE relay (
    ip_addr varchar(63) NOT NULL,
    timestamp numeric(19) DEFAULT 0 NOT NULL,
    PRIMARY KEY (ip_addr)
);

CREATE TABLE ip_alias_map (
    ip_addr varchar(63) NOT NULL,
    domain varchar(255),
    PRIMARY KEY (ip_addr)
);

CREATE TABLE valias (
    id numeric(19),
    alias varchar(64) NOT NULL,
    domain varchar(255) NOT NULL,
    valias_line varchar(4000) NOT NULL,
    valias_type smallint DEFAULT 1 NOT NULL,
    copy smallint DEFAULT 0 NOT NULL
);
CREATE INDEX valias_idx ON valias (
    domain,
    alias
);

CREATE TABLE vlog (
    userid varchar(64),
    passwd varchar(128),
    domain varchar(255),
    logon varchar(200),
    remoteip varchar(63),
    message varchar(255),
    timestamp numeric(19) DEFAULT 0 NOT NULL,
    error smallint
);
CREATE INDEX vlog_user_idx ON vlog (
    userid
);
CREATE INDEX vlog_domain_idx ON vlog (
    domain
);
CREATE INDEX vlog_remoteip_idx ON vlog (
    remoteip
);
CREATE INDEX vlog_error_idx ON vlog (
    error
);
CREATE INDEX vlog_timestamp_idx ON vlog (
    timestamp
);

CREATE TABLE limits (
    domain varchar(255) NOT NULL,
    maxpopaccounts int DEFAULT -1 NOT NULL,
    maxaliases int DEFAULT -1 NOT NULL,
    maxforwards int DEFAULT -1 NOT NULL,
    maxautoresponders int DEFAULT -1 NOT NULL,
    maxmailinglists int DEFAULT -1 NOT NULL,
    diskquota numeric(19) DEFAULT 0 NOT NULL,
    maxmsgcount numeric(19) DEFAULT 0 NOT NULL,
    defaultquota numeric(19) DEFAULT 0 NOT NULL,
    defaultmaxmsgcount numeric(19) DEFAULT 0 NOT NULL,
    disable_pop smallint DEFAULT 0 NOT NULL,
    disable_imap smallint DEFAULT 0 NOT NULL,
    disable_dialup smallint DEFAULT 0 NOT NULL,
    disable_passwordchanging smallint DEFAULT 0 NOT NULL,
    disable_webmail smallint DEFAULT 0 NOT NULL,
    disable_relay smallint DEFAULT 0 NOT NULL,
    disable_smtp smallint DEFAULT 0 NOT NULL,
    disable_spamassassin smallint DEFAULT 0 NOT NULL,
    delete_spam smallint DEFAULT 0 NOT NULL,
    disable_maildrop smallint DEFAULT 0 NOT NULL,
    perm_account smallint DEFAULT 0 NOT NULL,
    perm_alias smallint DEFAULT 0 NOT NULL,
    perm_forward smallint DEFAULT 0 NOT NULL,
    perm_autoresponder smallint DEFAULT 0 NOT NULL,
    perm_maillist smallint DEFAULT 0 NOT NULL,
    perm_quota smallint DEFAULT 0 NOT NULL,
    perm_defaultquota smallint DEFAULT 0 NOT NULL,
    PRIMARY KEY (domain)
);

CREATE TABLE aliasdomains (
    alias varchar(255) NOT NULL,
    domain varchar(255) NOT NULL,
    PRIMARY KEY (alias)
);

CREATE TABLE vpopmail_version (
    version int NOT NULL,
    PRIMARY KEY (version)
);

INSERT INTO vpopmail_version VALUES (1);
