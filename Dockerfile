# One image for all roles (ROLE=api, worker, migrate; all is for laptops). It brings no Postgres and no Redis: the container is
# given DATABASE_URL, REDIS_URL and MASTER_KEY.
ARG NODE_VERSION=22

FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=optional
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build
# What is left is what runs: no compiler, no test, no embedded servers. The list of it goes into the image.
RUN npm prune --omit=dev --omit=optional && npm sbom --omit=dev --omit=optional --sbom-format=cyclonedx > sbom.cdx.json

FROM node:${NODE_VERSION}-bookworm-slim
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Maskplane" \
      org.opencontainers.image.description="Multi-tenant control plane for phone number masking on Vobiz" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production PORT=3000
WORKDIR /app
COPY --from=build /app/package.json /app/sbom.cdx.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY openapi.yaml ./
COPY migrations ./migrations
COPY docs/errors ./docs/errors
# The numeric id, so that Kubernetes can see that it is not root. Nothing under /app is writable for it.
USER 1000:1000
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/livez`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# No shell and no npm between the kernel and node, so that it gets the signals.
CMD ["node", "--enable-source-maps", "dist/main.js"]
