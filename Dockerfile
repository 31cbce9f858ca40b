# Builds the static binary and puts it, and nothing else, into an empty image.
#   docker build -t amiconfined .
# BUILDER is any image of Debian 12 or newer with Rust 1.89 or newer.
ARG BUILDER=docker.io/library/rust:1-bookworm
FROM ${BUILDER} AS build
WORKDIR /src
COPY . .
RUN .ci/install gcc libc6-dev libseccomp-dev \
 && cargo build --release --locked --bin amiconfined \
 && cp "target/$(rustc -vV | sed -n 's/^host: //p')/release/amiconfined" /amiconfined

FROM scratch
COPY --from=build /amiconfined /amiconfined
# Numeric, so that Kubernetes can verify runAsNonRoot.
USER 65532:65532
ENTRYPOINT ["/amiconfined"]
