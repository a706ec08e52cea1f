/*
 * No guard: vpopmail_config.h includes this before it defines its own names,
 * also over those of the program that is being configured.
 */
#undef PACKAGE
#undef VERSION
