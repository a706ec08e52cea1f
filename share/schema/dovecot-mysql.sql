-- For Dovecot on MySQL or MariaDB with one table for each domain
-- (many_domains = no): load it once into the database of the store.
--
--   password_query = CALL dovecot_password_query_disable_many_domains( \
--       '%Ln', '%Ld', '192.0.2.80', '%r', '%a')
--   user_query = CALL dovecot_user_query_disable_many_domains('%Ln', '%Ld')
--
-- The third argument is the address that webmail comes from.  The name of a
-- table is only taken from the catalogue, and names of users are bound.

DROP FUNCTION IF EXISTS dot2underscore;
DROP FUNCTION IF EXISTS get_real_domain;
DROP FUNCTION IF EXISTS get_domain_table;
DROP PROCEDURE IF EXISTS dovecot_password_query_disable_many_domains;
DROP PROCEDURE IF EXISTS dovecot_user_query_disable_many_domains;

DELIMITER //

CREATE FUNCTION dot2underscore(d VARCHAR(255) CHARACTER SET utf8mb4)
RETURNS VARCHAR(255) CHARACTER SET utf8mb4 DETERMINISTIC NO SQL
RETURN REPLACE(REPLACE(LOWER(d), '.', '_'), '-', '_')//

-- The table of a domain; NULL if that is no table of accounts.
CREATE FUNCTION get_domain_table(d VARCHAR(255) CHARACTER SET utf8mb4)
RETURNS VARCHAR(255) CHARACTER SET utf8mb4 READS SQL DATA
RETURN (
    SELECT MAX(c.table_name) FROM information_schema.columns c
    WHERE c.table_schema = DATABASE()
    AND BINARY c.table_name = BINARY dot2underscore(d)
    AND c.table_name <> 'users'
    AND c.column_name IN ('pw_passwd', 'pw_domain')
    HAVING MAX(c.column_name = 'pw_domain') = 0
)//

CREATE FUNCTION get_real_domain(d VARCHAR(255) CHARACTER SET utf8mb4)
RETURNS VARCHAR(255) CHARACTER SET utf8mb4 READS SQL DATA
RETURN IF(get_domain_table(d) IS NOT NULL, LOWER(d),
    (SELECT MAX(a.domain) FROM aliasdomains a WHERE a.alias = LOWER(d)))//

CREATE PROCEDURE dovecot_password_query_disable_many_domains(
    name VARCHAR(255) CHARACTER SET utf8mb4,
    domain VARCHAR(255) CHARACTER SET utf8mb4,
    webmail_ip VARCHAR(63), remote_ip VARCHAR(63), port INT)
READS SQL DATA
BEGIN
	DECLARE real_domain VARCHAR(255) CHARACTER SET utf8mb4
	    DEFAULT get_real_domain(domain);
	DECLARE domain_table VARCHAR(255) CHARACTER SET utf8mb4
	    DEFAULT get_domain_table(real_domain);
	DECLARE no_webmail, no_imap INT DEFAULT 0;

	IF domain_table IS NULL THEN
		SELECT NULL;
	ELSE
		IF EXISTS (SELECT 1 FROM information_schema.tables t
		    WHERE t.table_schema = DATABASE()
		    AND t.table_name = 'limits') THEN
			SELECT MAX(l.disable_webmail), MAX(l.disable_imap)
			INTO no_webmail, no_imap
			FROM limits l WHERE l.domain = real_domain;
		END IF;
		SET @vp_user = CONCAT(name, '@', domain),
		    @vp_name = LOWER(name),
		    @vp_refused = IF(port = 995, 2, 0) |
		        IF(remote_ip = webmail_ip, 4, IF(port = 993, 8, 0)),
		    @vp_open = NOT (IF(remote_ip = webmail_ip,
		        COALESCE(no_webmail, 0) = 1,
		        port = 993 AND COALESCE(no_imap, 0) = 1)),
		    @vp_query = CONCAT('SELECT ? AS user, ',
		        'pw_passwd AS password, pw_dir AS userdb_home, ',
		        '89 AS userdb_uid, 89 AS userdb_gid, ',
		        'CONCAT(IF(COALESCE(pw_shell, '''') IN ('''', ',
		        '''NOQUOTA''), ''0'', SUBSTRING_INDEX(pw_shell, ''S'', 1)), ',
		        '''B'') AS userdb_quota_storage_size FROM `',
		        REPLACE(domain_table, '`', '``'),
		        '` WHERE pw_name = ? AND pw_gid & ? = 0 AND ?');
		PREPARE vp_stmt FROM @vp_query;
		EXECUTE vp_stmt USING @vp_user, @vp_name, @vp_refused, @vp_open;
		DEALLOCATE PREPARE vp_stmt;
	END IF;
END//

CREATE PROCEDURE dovecot_user_query_disable_many_domains(
    name VARCHAR(255) CHARACTER SET utf8mb4,
    domain VARCHAR(255) CHARACTER SET utf8mb4)
READS SQL DATA
BEGIN
	DECLARE domain_table VARCHAR(255) CHARACTER SET utf8mb4
	    DEFAULT get_domain_table(get_real_domain(domain));

	IF domain_table IS NULL THEN
		SELECT NULL;
	ELSE
		SET @vp_name = LOWER(name),
		    @vp_query = CONCAT('SELECT pw_dir AS home, 89 AS uid, ',
		        '89 AS gid, CONCAT(IF(COALESCE(pw_shell, '''') IN ',
		        '('''', ''NOQUOTA''), ''0'', ',
		        'SUBSTRING_INDEX(pw_shell, ''S'', 1)), ''B'') ',
		        'AS quota_storage_size FROM `',
		        REPLACE(domain_table, '`', '``'),
		        '` WHERE pw_name = ?');
		PREPARE vp_stmt FROM @vp_query;
		EXECUTE vp_stmt USING @vp_name;
		DEALLOCATE PREPARE vp_stmt;
	END IF;
END//

DELIMITER ;
