include(layout.m4)dnl
page(`Museum', `Open from ten')
