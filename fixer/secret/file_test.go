package secret

import "testing"

func TestFile(t *testing.T) {
	for name, want := range map[string]string{
		"id_rsa": "a private SSH key", "./keys/id_ed25519*": "a private SSH key", ".ssh/": "a private SSH key", "ssh_host_rsa_key": "a private SSH key",
		"tls/server.key": "a private key", "a-key.pem": "a private key", "privkey1.pem": "a private key", "app.P12": "a key store",
		".env": "variables, which often hold passwords", "web/.env.production.local": "variables, which often hold passwords",
		".kube/config": "credentials for a cluster", "prod.kubeconfig": "credentials for a cluster", "serviceAccount.json": "credentials for a cloud",
		"config/credentials.yml.enc": "credentials", "secrets.yaml": "credentials", "a.auto.tfvars": "Terraform's state or variables, which hold secrets in plain text",

		"id_rsa.pub": "", "server.crt": "", "ca.pem": "", "fullchain.pem": "", ".env.example": "", "example.env": "", "env": "", "environment.ts": "",
		"monkey.js": "", "keyboard.json": "", "config.json": "", ".": "", "": "", "*": "", "secret": "", "gpg.key": "", "apt-release.key": "", "kube.go": "",
		"dhparam.pem": "", "pubkey.pem": "", "keys/": "", "docker-secret-helper": "",
	} {
		if form, _ := File(name, "/app/"); form.What != want {
			t.Errorf("File(%q) = %q, want %q", name, form.What, want)
		}
	}
}
