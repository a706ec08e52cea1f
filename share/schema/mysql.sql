-- The tables of the store mysql as they are made today; see vmigrate(1).

CREATE TABLE IF NOT EXISTS `vpopmail` (
    `pw_name` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `pw_domain` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `pw_passwd` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    `pw_uid` int,
    `pw_gid` int,
    `pw_gecos` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    `pw_dir` varchar(1024) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    `pw_shell` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    `pw_clear_passwd` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    PRIMARY KEY (`pw_domain`, `pw_name`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `dir_control` (
    `domain` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `cur_users` bigint,
    `level_cur` int,
    `level_max` int,
    `level_start0` int,
    `level_start1` int,
    `level_start2` int,
    `level_end0` int,
    `level_end1` int,
    `level_end2` int,
    `level_mod0` int,
    `level_mod1` int,
    `level_mod2` int,
    `level_index0` int,
    `level_index1` int,
    `level_index2` int,
    `the_dir` varchar(160) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    PRIMARY KEY (`domain`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `lastauth` (
    `user` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `domain` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `remote_ip` varchar(63) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `timestamp` bigint DEFAULT 0 NOT NULL,
    PRIMARY KEY (`domain`, `user`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `relay` (
    `ip_addr` varchar(63) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `timestamp` bigint DEFAULT 0 NOT NULL,
    PRIMARY KEY (`ip_addr`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `ip_alias_map` (
    `ip_addr` varchar(63) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `domain` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    PRIMARY KEY (`ip_addr`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `valias` (
    `id` bigint AUTO_INCREMENT PRIMARY KEY,
    `alias` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `domain` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `valias_line` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `valias_type` smallint DEFAULT 1 NOT NULL,
    `copy` smallint DEFAULT 0 NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX `valias_idx` ON `valias` (
    `domain`,
    `alias`
);

CREATE TABLE IF NOT EXISTS `vlog` (
    `id` bigint AUTO_INCREMENT PRIMARY KEY,
    `user` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    `passwd` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    `domain` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    `logon` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    `remoteip` varchar(63) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    `message` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    `timestamp` bigint DEFAULT 0 NOT NULL,
    `error` smallint
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
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
    `domain` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `maxpopaccounts` int DEFAULT -1 NOT NULL,
    `maxaliases` int DEFAULT -1 NOT NULL,
    `maxforwards` int DEFAULT -1 NOT NULL,
    `maxautoresponders` int DEFAULT -1 NOT NULL,
    `maxmailinglists` int DEFAULT -1 NOT NULL,
    `diskquota` bigint DEFAULT 0 NOT NULL,
    `maxmsgcount` bigint DEFAULT 0 NOT NULL,
    `defaultquota` bigint DEFAULT 0 NOT NULL,
    `defaultmaxmsgcount` bigint DEFAULT 0 NOT NULL,
    `disable_pop` smallint DEFAULT 0 NOT NULL,
    `disable_imap` smallint DEFAULT 0 NOT NULL,
    `disable_dialup` smallint DEFAULT 0 NOT NULL,
    `disable_passwordchanging` smallint DEFAULT 0 NOT NULL,
    `disable_webmail` smallint DEFAULT 0 NOT NULL,
    `disable_relay` smallint DEFAULT 0 NOT NULL,
    `disable_smtp` smallint DEFAULT 0 NOT NULL,
    `disable_spamassassin` smallint DEFAULT 0 NOT NULL,
    `delete_spam` smallint DEFAULT 0 NOT NULL,
    `disable_maildrop` smallint DEFAULT 0 NOT NULL,
    `perm_account` smallint DEFAULT 0 NOT NULL,
    `perm_alias` smallint DEFAULT 0 NOT NULL,
    `perm_forward` smallint DEFAULT 0 NOT NULL,
    `perm_autoresponder` smallint DEFAULT 0 NOT NULL,
    `perm_maillist` smallint DEFAULT 0 NOT NULL,
    `perm_quota` smallint DEFAULT 0 NOT NULL,
    `perm_defaultquota` smallint DEFAULT 0 NOT NULL,
    PRIMARY KEY (`domain`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `aliasdomains` (
    `alias` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `domain` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    PRIMARY KEY (`alias`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `vpopmail_version` (
    `version` int NOT NULL,
    PRIMARY KEY (`version`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

INSERT INTO vpopmail_version VALUES (1);
