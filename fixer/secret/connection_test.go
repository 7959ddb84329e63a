package secret_test

import (
	"fmt"
	"testing"

	"github.com/oakum-sec/oakum/fixer/secret"
)

func TestConnectionPasswords(t *testing.T) {
	for in, want := range map[string]string{
		"host=db user=x password=kHj7h2hs8 dbname=y":      "db kHj7h2hs8 @24",
		"user=x password='kHj7 h2hs8' host=db":            "db kHj7 h2hs8 @17",
		"hostaddr=10.0.0.1 password=kHj7h2hs8":            "10.0.0.1 kHj7h2hs8 @27",
		"x:kHj7h2hs8@tcp(db:3306)/app":                    "db kHj7h2hs8 @2",
		"x:kHj7h2hs8@unix(/run/mysqld.sock)/app":          "/run/mysqld.sock kHj7h2hs8 @2",
		"db:6379,password=kHj7h2hs8,ssl=False":            "db kHj7h2hs8 @17",
		"a:6379,b:6379,abortConnect=false,password=kHj7h": "a kHj7h @42",
		"Server=tcp:db,1433;User Id=sa;Pwd=kHj7h2hs8":     "db kHj7h2hs8 @34",
		"jdbc:postgresql://db/x?user=y&password=kHj7h2":   "db kHj7h2 @39",
		"host=db password=$PASSWORD":                      "",
		"password=kHj7h2hs8 of nobody":                    "",
		"x:kHj7h2hs8@example.org":                         "",
		"a,password=kHj7h2hs8":                            "",
		"text: host=db, and password=kHj7h2hs8":           "",
		"host=db passfile=/x":                             "",
	} {
		got := ""
		for _, c := range secret.ConnectionPasswords(in) {
			got += fmt.Sprintf("%s %s @%d", c.Host, c.Password, c.Start)
			if in[c.Start:c.Start+len(c.Password)] != c.Password {
				t.Errorf("%s: %q does not stand at %d", in, c.Password, c.Start)
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

// TestHidePasswordOfAMySQLAddress: it stands before @tcp, in no URL.
func TestHidePasswordOfAMySQLAddress(t *testing.T) {
	for in, want := range map[string]string{
		`  DB: "root:kHj7h2hs8@tcp(db:3306)/app"`: `  DB: "root:(hidden)@tcp(db:3306)/app"`,
		`  DB: host=db password=kHj7h2hs8 user=x`: `  DB: host=db password=(hidden)`,
	} {
		if got := secret.Hide(in, ""); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
