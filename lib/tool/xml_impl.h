/* xml_impl.h - what the files of xml share */
#ifndef CT_XML_IMPL_H
#define CT_XML_IMPL_H

#include <libxml/tree.h>

#include "xml.h"

struct ct_xml {
	xmlDoc *doc;
};

#endif
