-- The tables of the store sqlite as they are made today; see vmigrate(1).

CREATE TABLE IF NOT EXISTS `vpopmail` (
    `pw_name` varchar(64) NOT NULL,
    `pw_domain` varchar(255) NOT NULL,
    `pw_passwd` varchar(255),
    `pw_uid` integer,
    `pw_gid` integer,
    `pw_gecos` varchar(255),
    `pw_dir` varchar(1024),
    `pw_shell` varchar(64),
    `pw_clear_passwd` varchar(255),
    PRIMARY KEY (`pw_domain`, `pw_name`)
);

CREATE TABLE IF NOT EXISTS `dir_control` (
    `domain` varchar(255) NOT NULL,
    `cur_users` integer,
    `level_cur` integer,
    `level_max` integer,
    `level_start0` integer,
    `level_start1` integer,
    `level_start2` integer,
    `level_end0` integer,
    `level_end1` integer,
    `level_end2` integer,
    `level_mod0` integer,
    `level_mod1` integer,
    `level_mod2` integer,
    `level_index0` integer,
    `level_index1` integer,
    `level_index2` integer,
    `the_dir` varchar(160),
    PRIMARY KEY (`domain`)
);

CREATE TABLE IF NOT EXISTS `lastauth` (
    `user` varchar(64) NOT NULL,
    `domain` varchar(255) NOT NULL,
    `remote_ip` varchar(63) NOT NULL,
    `timestamp` integer DEFAULT 0 NOT NULL,
    PRIMARY KEY (`domain`, `user`)
);

CREATE TABLE IF NOT EXISTS `relay` (
    `ip_addr` varchar(63) NOT NULL,
    `timestamp` integer DEFAULT 0 NOT NULL,
    PRIMARY KEY (`ip_addr`)
);

CREATE TABLE IF NOT EXISTS `ip_alias_map` (
    `ip_addr` varchar(63) NOT NULL,
    `domain` varchar(255),
    PRIMARY KEY (`ip_addr`)
);

CREATE TABLE IF NOT EXISTS `valias` (
    `id` integer PRIMARY KEY AUTOINCREMENT,
    `alias` varchar(64) NOT NULL,
    `domain` varchar(255) NOT NULL,
    `valias_line` text NOT NULL,
    `valias_type` integer DEFAULT 1 NOT NULL,
    `copy` integer DEFAULT 0 NOT NULL
);
CREATE INDEX `valias_idx` ON `valias` (
    `domain`,
    `alias`
);

CREATE TABLE IF NOT EXISTS `vlog` (
    `id` integer PRIMARY KEY AUTOINCREMENT,
    `user` varchar(64),
    `passwd` varchar(128),
    `domain` varchar(255),
    `logon` varchar(200),
    `remoteip` varchar(63),
    `message` varchar(255),
    `timestamp` integer DEFAULT 0 NOT NULL,
    `error` integer
);
CREATE INDEX `vlog_user_idx` ON `vlog` (
    `user`
);
CREATE INDEX `vlog_domain_idx` ON `vlog` (
    `domain`
);
CREATE INDEX `vlog_remoteip_idx` ON `vlog` (
    `remoteip`
);
CREATE INDEX `vlog_error_idx` ON `vlog` (
    `error`
);
CREATE INDEX `vlog_timestamp_idx` ON `vlog` (
    `timestamp`
);

CREATE TABLE IF NOT EXISTS `limits` (
    `domain` varchar(255) NOT NULL,
    `maxpopaccounts` integer DEFAULT -1 NOT NULL,
    `maxaliases` integer DEFAULT -1 NOT NULL,
    `maxforwards` integer DEFAULT -1 NOT NULL,
    `maxautoresponders` integer DEFAULT -1 NOT NULL,
    `maxmailinglists` integer DEFAULT -1 NOT NULL,
    `diskquota` integer DEFAULT 0 NOT NULL,
    `maxmsgcount` integer DEFAULT 0 NOT NULL,
    `defaultquota` integer DEFAULT 0 NOT NULL,
    `defaultmaxmsgcount` integer DEFAULT 0 NOT NULL,
    `disable_pop` integer DEFAULT 0 NOT NULL,
    `disable_imap` integer DEFAULT 0 NOT NULL,
    `disable_dialup` integer DEFAULT 0 NOT NULL,
    `disable_passwordchanging` integer DEFAULT 0 NOT NULL,
    `disable_webmail` integer DEFAULT 0 NOT NULL,
    `disable_relay` integer DEFAULT 0 NOT NULL,
    `disable_smtp` integer DEFAULT 0 NOT NULL,
    `disable_spamassassin` integer DEFAULT 0 NOT NULL,
    `delete_spam` integer DEFAULT 0 NOT NULL,
    `disable_maildrop` integer DEFAULT 0 NOT NULL,
    `perm_account` integer DEFAULT 0 NOT NULL,
    `perm_alias` integer DEFAULT 0 NOT NULL,
    `perm_forward` integer DEFAULT 0 NOT NULL,
    `perm_autoresponder` integer DEFAULT 0 NOT NULL,
    `perm_maillist` integer DEFAULT 0 NOT NULL,
    `perm_quota` integer DEFAULT 0 NOT NULL,
    `perm_defaultquota` integer DEFAULT 0 NOT NULL,
    PRIMARY KEY (`domain`)
);

CREATE TABLE IF NOT EXISTS `aliasdomains` (
    `alias` varchar(255) NOT NULL,
    `domain` varchar(255) NOT NULL,
    PRIMARY KEY (`alias`)
);

CREATE TABLE IF NOT EXISTS `vpopmail_version` (
    `version` integer NOT NULL,
    PRIMARY KEY (`version`)
);

INSERT INTO vpopmail_version VALUES (1);
