/* What the files of tokens share. */
#ifndef PANEL_AUTH_TOKEN_INT_H
#define PANEL_AUTH_TOKEN_INT_H

#define VHD_TOKEN_HASH_BYTES 32

void vhd_token_hash(
    const char *secret, unsigned char ret_hash[VHD_TOKEN_HASH_BYTES]);

#endif
