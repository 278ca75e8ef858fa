# Go: the compiler, and a program with goroutines, timers, os/exec and signals.
# app-needs: go
# app-long
# app-timeout: 300
export GOCACHE=$PWD/cache GOPATH=$PWD/gopath GOFLAGS=-mod=mod GO111MODULE=off CGO_ENABLED=0
cp "$APPS/data/program.go" . && go build -o program program.go && ./program 2>&1; echo $?
go vet program.go; echo "vet $?"
