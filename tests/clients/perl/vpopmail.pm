package vpopmail;
use strict;
our $VERSION = '0.08';
require XSLoader;
XSLoader::load('vpopmail', $VERSION);
1;
