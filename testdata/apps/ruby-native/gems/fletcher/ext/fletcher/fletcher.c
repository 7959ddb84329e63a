#include <ruby.h>

static VALUE fletcher16(VALUE self, VALUE text)
{
    unsigned a = 0, b = 0;
    StringValue(text);
    for (long i = 0; i < RSTRING_LEN(text); i++) {
        a = (a + (unsigned char)RSTRING_PTR(text)[i]) % 255;
        b = (b + a) % 255;
    }
    return UINT2NUM(b << 8 | a);
}

void Init_fletcher(void)
{
    rb_define_module_function(rb_define_module("Fletcher"), "sum", fletcher16, 1);
}
