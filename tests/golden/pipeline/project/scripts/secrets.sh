#!/bin/sh
# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
#
# Fills secrets/ with random values, for Compose and for the development overlay of Kubernetes.
# Run it as often as you like: a secret that exists is kept.
#
# Compose mounts each file as it is, and broker and workers run as different users, so the files must be readable
# by all. The folder is not: on this machine only you can enter it.
set -eu
umask 077
cd "$(dirname "$0")/.."

mkdir -p secrets
chmod 0700 secrets
printf '*\n' > secrets/.gitignore

# 32 random bytes in hexadecimal: no character that a URL, a shell or a configuration file would read.
random() {
    od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

fill() {
    file="secrets/$1"
    if [ -d "$file" ]; then
        # Docker makes a folder where a file to mount is missing.
        rmdir "$file" 2>/dev/null || {
            echo "secrets.sh: $file is a folder that is not empty; move it away and run this again" >&2
            exit 1
        }
    fi
    if [ ! -s "$file" ]; then
        random > "$file.new"
        mv "$file.new" "$file"
        echo "secrets.sh: wrote $file"
    fi
    chmod 0644 "$file"
}

# RabbitMQ user `worker`
fill broker_password
# Redis user `worker` of the state store
fill state_password
# Redis user `monitor`, that may read metrics only
fill monitoring_password
# Grafana's user admin
fill grafana_admin_password
# the same password in the form that redis_exporter reads
printf '%s\n' '{"redis://monitor@state:6379": "'"$(cat secrets/monitoring_password)"'"}' > secrets/redis_exporter_passwords.new
mv secrets/redis_exporter_passwords.new secrets/redis_exporter_passwords
chmod 0644 secrets/redis_exporter_passwords

# Lets "kubectl apply -k k8s/overlays/development" make the Secret of the same values.
cat > secrets/kustomization.yaml <<'EOF'
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
secretGenerator:
  - name: shop-secrets
    options: {disableNameSuffixHash: true}
    files:
      - broker_password
      - state_password
      - monitoring_password
      - redis_exporter_passwords
EOF
chmod 0644 secrets/.gitignore secrets/kustomization.yaml
