/* TLS 1.2 or later with the library's own choice of ciphers. */
#include "config.h"

#include <openssl/err.h>

#include "daemons/vpopmaild/front_int.h"

static SSL_CTX *
fail(SSL_CTX *tls, const char *path, char *error, size_t size)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	snprintf(error, size, "TLS: cannot use '%s': %s", path,
	    reason ? reason : "unknown reason");
	ERR_clear_error();
	SSL_CTX_free(tls);
	return NULL;
}

SSL_CTX *
vpd_tls_new(const struct vpd_setup *setup, char *error, size_t size)
{
	const char *key = *setup->key ? setup->key : setup->certificate;
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());

	if (!tls || SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_use_certificate_chain_file(tls, setup->certificate) != 1)
		return fail(tls, setup->certificate, error, size);
	if (SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(tls) != 1)
		return fail(tls, key, error, size);
	/* Idle connections keep no buffers; sessions live in tickets only. */
	SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(tls, SSL_OP_NO_RENEGOTIATION |
				     SSL_OP_NO_COMPRESSION |
				     SSL_OP_CIPHER_SERVER_PREFERENCE);
	return tls;
}
