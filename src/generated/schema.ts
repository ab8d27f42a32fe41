// Generated from openapi.yaml by `npm run generate`: do not edit.

export interface paths {
    "/v1/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List tenants */
        get: operations["listTenants"];
        put?: never;
        /**
         * Create a tenant
         * @description The tenant starts with one pool named `default`, in live and in test mode.
         */
        post: operations["createTenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        /** Get a tenant */
        get: operations["getTenant"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change, suspend, resume or close a tenant
         * @description A suspended tenant's keys are refused with 403 and its callers hear that the service is not available. `closed`
         *     is final.
         */
        patch: operations["updateTenant"];
        trace?: never;
    };
    "/v1/tenants/{tenant_id}/api_keys": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        /** List a tenant's API keys */
        get: operations["listTenantApiKeys"];
        put?: never;
        /**
         * Create an API key for a tenant
         * @description The answer is the only place where the token is ever shown.
         */
        post: operations["createTenantApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant_id}/api_keys/{key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: components["parameters"]["TenantId"];
                key_id: components["parameters"]["KeyId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke a tenant's API key */
        delete: operations["revokeTenantApiKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant_id}/dids": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Assign a DID to a tenant */
        post: operations["assignTenantDid"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api_keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List API keys */
        get: operations["listApiKeys"];
        put?: never;
        /**
         * Create an API key
         * @description A key can only hand on scopes that it holds itself, and only in its own mode. The answer is the only place
         *     where the token is ever shown.
         */
        post: operations["createApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api_keys/{key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key_id: components["parameters"]["KeyId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke an API key */
        delete: operations["revokeApiKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api_keys/{key_id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key_id: components["parameters"]["KeyId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace an API key by a new one
         * @description The new key has the same name, scopes, mode and expiry. The old one goes on for `overlap_seconds`.
         */
        post: operations["rotateApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/provider_accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Vobiz accounts
         * @description A tenant sees its own accounts, and the operator's shared ones without their webhook URL.
         */
        get: operations["listProviderAccounts"];
        put?: never;
        /**
         * Register a Vobiz account
         * @description With an operator key: an account shared by all tenants. With a tenant key: the tenant's own. Its application at Vobiz is
         *     made in the background, with `webhook_url` as answer, hangup and fallback URL; `provisioning` says how far that is.
         *     While `provisioning` is `none`, set that up yourself. `webhook_url` holds a secret.
         */
        post: operations["createProviderAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/provider_accounts/{provider_account_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                provider_account_id: components["parameters"]["ProviderAccountId"];
            };
            cookie?: never;
        };
        /** Get a Vobiz account */
        get: operations["getProviderAccount"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a Vobiz account
         * @description A new `auth_token` keeps the one before it valid for signatures, until the next change. What could not be set up with the old
         *     one is tried again.
         */
        patch: operations["updateProviderAccount"];
        trace?: never;
    };
    "/v1/provider_accounts/{provider_account_id}/rotate_webhook_token": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                provider_account_id: components["parameters"]["ProviderAccountId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace the secret in a webhook URL
         * @description `webhook_url` is another one at once, and the application at Vobiz gets it in the background. The URL of before goes on
         *     for `overlap_seconds`, for calls that have begun with it; then it is unknown. Wait until `provisioning` is `ready`: while
         *     that has failed, Vobiz goes on using the old one.
         */
        post: operations["rotateWebhookToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/provider_accounts/{provider_account_id}/numbers": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                provider_account_id: components["parameters"]["ProviderAccountId"];
            };
            cookie?: never;
        };
        /**
         * List the numbers of a Vobiz account
         * @description As Vobiz lists them now, page by page in its order, for the account's owner only. Vobiz counts pages, so this list is not
         *     paged by `starting_after`.
         */
        get: operations["listAccountNumbers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/provider_accounts/{provider_account_id}/import": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                provider_account_id: components["parameters"]["ProviderAccountId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Register many numbers of a Vobiz account as DIDs
         * @description Those that are named, or all that the account has. Each is registered, or skipped with the reason, in the result of the
         *     operation; then it is attached like any other DID. Numbers that are assigned already are skipped, so it can be repeated.
         */
        post: operations["importAccountNumbers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/number_orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Buy numbers from Vobiz' inventory
         * @description The cheapest that fit, one after the other, until there are enough. It costs money at once: what each costs, set-up and first
         *     month, counts towards `max_cost_minor` of the order and towards the account's `number_budget` of the month. An order that cannot be
         *     filled fails with the reason, and its result says exactly what was bought. After a lost answer the number is looked for on
         *     the account before anything else is bought.
         */
        post: operations["createNumberOrder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List operations */
        get: operations["listOperations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations/{operation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                operation_id: components["parameters"]["OperationId"];
            };
            cookie?: never;
        };
        /** Get an operation */
        get: operations["getOperation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List pools */
        get: operations["listPools"];
        put?: never;
        /** Create a pool */
        post: operations["createPool"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pools/{pool_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The pool's id or its name. */
                pool_id: components["parameters"]["PoolId"];
            };
            cookie?: never;
        };
        /** Get a pool */
        get: operations["getPool"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a pool
         * @description What is not named stays. All of it applies to sessions that are created from then on, but for `voice`, which calls
         *     that come from then on go by. With a budget the cooling time is derived anew; `misroute_budget: null` takes it away.
         */
        patch: operations["updatePool"];
        trace?: never;
    };
    "/v1/pools/{pool_id}/capacity": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The pool's id or its name. */
                pool_id: components["parameters"]["PoolId"];
            };
            cookie?: never;
        };
        /**
         * How full a pool is, and when it will be
         * @description DIDs are shared by all phones, so a pool is as full as its busiest phone is: who holds every DID, live or cooling,
         *     gets no further session. The forecast is a straight line through the daily peaks of the last four weeks.
         */
        get: operations["getPoolCapacity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/capacity/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * How many DIDs and channels a pool will need
         * @description From figures alone: nothing of the tenant's is read or written. One plan is for one pool; plans of several pools
         *     add up. `p999` and `p9999` are the DIDs with which a heavy party finds a free one 99.9 % and 99.99 % of the time.
         */
        post: operations["planCapacity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dids": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List DIDs */
        get: operations["listDids"];
        put?: never;
        /** Register a DID */
        post: operations["createDid"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dids/{did_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                did_id: components["parameters"]["DidId"];
            };
            cookie?: never;
        };
        /** Get a DID */
        get: operations["getDid"];
        put?: never;
        post?: never;
        /**
         * Retire a DID
         * @description No new session gets it. It is `retiring` while sessions still hold it, live or cooling, and keeps carrying their
         *     calls; then it is `retired` and may be registered anew. Asking again gives its state.
         */
        delete: operations["retireDid"];
        options?: never;
        head?: never;
        /**
         * Change a DID
         * @description What is not named stays; `null` clears. A DID may move to another pool while sessions hold it: they keep it, with
         *     all that was promised to them, and from then on the other pool's sessions get it.
         */
        patch: operations["updateDid"];
        trace?: never;
    };
    "/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List sessions */
        get: operations["listSessions"];
        put?: never;
        /**
         * Create a session and allocate its DID pair
         * @description Party `a` dials, and is called from, its `masking_number`; party `b` likewise with its own. The two differ. A
         *     phone may be in many sessions at once; it never holds the same DID twice, cooling time included, so the pool
         *     needs as many DIDs as its busiest phone has sessions.
         *
         *     `after_end` leaves something allowed after the end, stage by stage: say, half an hour for a forgotten bag, then a
         *     day in which only `a` may call. While a stage is in force the status is `grace`; both numbers stay reserved for
         *     the whole of it, and for the cooling time after it.
         */
        post: operations["createSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create up to 500 sessions
         * @description Each item stands for itself: it is created or refused, in the order of the request. Sent again with the same
         *     `Idempotency-Key`, items that were created are not created again, and the others are tried again.
         */
        post: operations["createSessions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session_id: components["parameters"]["SessionId"];
            };
            cookie?: never;
        };
        /** Get a session */
        get: operations["getSession"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a session that is active
         * @description What is absent stays as it is. `expires_in_seconds` counts from now; `metadata` and `voice` replace all of it. A party's new phone keeps that party's
         *     masking number; the old phone hears from then on that the connection is over. `after_end` replaces all stages;
         *     every `forward_to` is to be given again. In grace nothing can be changed any more: 409 `session_over`.
         */
        patch: operations["updateSession"];
        trace?: never;
    };
    "/v1/sessions/{session_id}/end": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session_id: components["parameters"]["SessionId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a session
         * @description No call is bridged from then on. Asking again gives the same answer. A session with `after_end` goes into its first
         *     stage, `grace`; with `immediately` it has no stages any more and is over at once, also when it is in one already.
         */
        post: operations["endSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session_id}/calls": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session_id: components["parameters"]["SessionId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Call one party and connect it to the other
         * @description Click-to-call. The first phone of `from` rings and shows the masking number that this party knows the other by; when
         *     it is picked up, the call goes on as if the party had dialled that number: the same decision, taken then, the same
         *     greeting, the same limits, the same events. The call is there from this answer on, and counts against `max_calls`.
         *     Who would not be connected by dialling is not called: 409 `session_over` or `call_not_allowed`.
         *
         *     A phone is never rung twice for one call: where nobody knows whether Vobiz has placed it, it is not placed again, and
         *     is `failed` with the reason `unknown` if nothing is heard of it.
         */
        post: operations["createSessionCall"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session_id}/rehome": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session_id: components["parameters"]["SessionId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move a live session to other masking numbers
         * @description Both parties get another masking number, chosen as for a new session, from one moment to the next. The old ones cool:
         *     whoever dials one hears that the number has changed. Calls that are bridged already go on. When there is no other
         *     pair the session keeps its own, and the answer is 409 `pool_exhausted`; when it is not active, 409 `session_over`.
         */
        post: operations["rehomeSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/listings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List listings */
        get: operations["listListings"];
        put?: never;
        /**
         * Let anybody reach a seller through a DID
         * @description Whoever calls the listing's `masking_number` reaches the seller, and gets a session of its own at its first call: the
         *     seller sees a masking number that stands for this buyer, and reaches it by calling back. Ask for the sessions by
         *     `GET /v1/sessions?listing=`. A caller who is a party of another session on this DID reaches that one.
         *
         *     The seller holds a DID of the pool for each buyer: a pool of K DIDs lets K - 1 buyers through.
         */
        post: operations["createListing"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/listings/{listing_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                listing_id: components["parameters"]["ListingId"];
            };
            cookie?: never;
        };
        /** Get a listing */
        get: operations["getListing"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/listings/{listing_id}/end": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                listing_id: components["parameters"]["ListingId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a listing and the sessions of its buyers
         * @description Ending it again gives the same answer. Calls that are bridged already go on.
         */
        post: operations["endListing"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session_id}/reopen": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session_id: components["parameters"]["SessionId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Open a session that is over again
         * @description Possible in grace and while it cools: its masking numbers are kept for its phones until then. Later they may be with
         *     others, and the answer is 409 `not_reopenable`. Its stages come after its next end again.
         */
        post: operations["reopenSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/blocks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List blocks
         * @description Those that are over as well, with who made and who lifted them.
         */
        get: operations["listBlocks"];
        put?: never;
        /**
         * Block a person
         * @description From the next call on: in sessions, and for calls that belong to none. A party is blocked with all its phones when one of
         *     them is. Who is blocked hears the announcement `not_connected`. No number is shown again, of neither person.
         */
        post: operations["createBlock"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/blocks/{block_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                block_id: components["parameters"]["BlockId"];
            };
            cookie?: never;
        };
        /** Get a block */
        get: operations["getBlock"];
        put?: never;
        post?: never;
        /**
         * Lift a block
         * @description From the next call on. The block stays in the list, as `lifted`. Asking again gives its state.
         */
        delete: operations["liftBlock"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/out_of_session_policies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what callers without a session get */
        get: operations["listOutOfSessionPolicies"];
        /**
         * Say what callers without a session get
         * @description Of one pool's DIDs, or, without `pool`, of all whose pool says nothing; then comes the tenant's `out_of_session_policy`, which
         *     the operator sets. Replaces what was said before, the support number too. The answer holds the `secret` of a policy that
         *     asks when it is new, and nowhere else.
         */
        put: operations["setOutOfSessionPolicy"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/out_of_session_policies/{policy_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                policy_id: components["parameters"]["PolicyId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove an out-of-session policy
         * @description From the next call on.
         */
        delete: operations["removeOutOfSessionPolicy"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/out_of_session_policies/{policy_id}/rotate_secret": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                policy_id: components["parameters"]["PolicyId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace the secret that questions are signed with
         * @description For `overlap_seconds` every question has two signatures, one with each secret. A policy that does not ask has no secret:
         *     404.
         */
        post: operations["rotateOutOfSessionSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/routes/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say what a call would get, and why
         * @description Runs the very decision that a call gets. Nothing is stored and nobody is called.
         */
        post: operations["explainRoute"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List calls */
        get: operations["listCalls"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{call_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                call_id: components["parameters"]["CallId"];
            };
            cookie?: never;
        };
        /** Get a call, with the decision that it got, its legs and what was heard of it */
        get: operations["getCall"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{call_id}/hangup": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                call_id: components["parameters"]["CallId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hang up a live call
         * @description All of it, with both legs. What is answered is the call as it is known by then; its end comes as an event, as every
         *     other. A call that is over stays as it is, and asking again is safe. When Vobiz does not know the call any more, the
         *     answer is 200 as well, and its end is read from Vobiz' records.
         */
        post: operations["hangUpCall"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/announcements": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what is announced to callers
         * @description Under each key our words in English and Hindi, and whatever you say instead, in any language. A call gets, in this
         *     order: your words in its language, ours in it, yours in `en-IN`, ours in English.
         */
        get: operations["getAnnouncements"];
        /**
         * Replace your own announcements
         * @description All of them, in the calling key's mode: what is not in the list is said in our words again. Calls that come from then
         *     on hear it.
         */
        put: operations["setAnnouncements"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get what was used, by hour, day or month
         * @description Sums of the ledger's lines, oldest first, for each kind and currency, and, with `group_by`, for each pool, DID or
         *     `transaction_ref`. A period without lines is left out. Corrections count in the period of what they correct.
         */
        get: operations["getUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage/records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the lines of the ledger, with the call behind each */
        get: operations["listUsageRecords"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage/records.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export the lines of the ledger as CSV
         * @description All lines of the time, oldest first, as a stream: one that breaks off has no last line `# complete,<lines>`. The amounts
         *     of a closed month add up to its invoice. A text that a spreadsheet would run as a formula has a `'` before it.
         */
        get: operations["exportUsageRecords"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage/estimate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Estimate the running month
         * @description What the month would cost if it ended now: its lines, and what allowances and tiers take off or add, which becomes lines of its
         *     own when the month is closed, three days after its end.
         */
        get: operations["estimateUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/plans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List plans */
        get: operations["listPlans"];
        put?: never;
        /**
         * Create a plan, or the next version of one
         * @description The first plan of a name is version 1. A version is never changed, and holds for whom it is assigned to.
         */
        post: operations["createPlan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/plans/{plan_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plan_id: components["parameters"]["PlanId"];
            };
            cookie?: never;
        };
        /** Get a plan */
        get: operations["getPlan"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant_id}/plans": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        /** Get the plans that a tenant has, had and will have */
        get: operations["getPlanAssignments"];
        put?: never;
        /**
         * Say which plan a tenant has, from when on
         * @description It holds until the next one begins. `plan` null: none from then on; usage is recorded without an amount. What has begun
         *     is not changed: calls that came before are rated by the plan that held when they came.
         */
        post: operations["assignPlan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read events, oldest first
         * @description In the order of their publication, which never changes: whoever goes on from `next_after` misses nothing. Events are
         *     kept for 30 days; without `after` it begins with the oldest. With `wait_seconds` the answer waits for the first event
         *     that the filters let through.
         */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow events as they come
         * @description Server-sent events: what `GET /v1/events` reads, in the same order, as a stream that stays open. Of each event, `id` is its
         *     id, `event` its type, and `data` the event as JSON in one line. To miss nothing, come back with the last `id` as
         *     `Last-Event-ID`; browsers do so by themselves. Every 15 seconds comes a comment, often with an `id` and no `data`: the place to
         *     come back to, past what the filters left out. The stream ends after 15 minutes, when its key is no longer good, and
         *     when the service restarts. It takes one of the 10 places of requests that wait.
         */
        get: operations["streamEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{event_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                event_id: components["parameters"]["EventId"];
            };
            cookie?: never;
        };
        /** Get an event */
        get: operations["getEvent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List webhook endpoints */
        get: operations["listWebhookEndpoints"];
        put?: never;
        /**
         * Create a webhook endpoint
         * @description Events that are published from now on are sent to it. The answer is the only place where the secret is shown. A tenant may
         *     have 20 endpoints in each mode.
         */
        post: operations["createWebhookEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints/{webhook_endpoint_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook_endpoint_id: components["parameters"]["WebhookEndpointId"];
            };
            cookie?: never;
        };
        /** Get a webhook endpoint */
        get: operations["getWebhookEndpoint"];
        put?: never;
        post?: never;
        /** Delete a webhook endpoint */
        delete: operations["deleteWebhookEndpoint"];
        options?: never;
        head?: never;
        /**
         * Change, disable or enable a webhook endpoint
         * @description What is not named stays. A disabled endpoint is sent nothing; what waited for it is `canceled`. When it is enabled again it
         *     begins with what happens then: ask for a replay with `only_failed` for what it has missed.
         */
        patch: operations["updateWebhookEndpoint"];
        trace?: never;
    };
    "/v1/webhook_endpoints/{webhook_endpoint_id}/rotate_secret": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook_endpoint_id: components["parameters"]["WebhookEndpointId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace the secret
         * @description For `overlap_seconds` every message has two signatures, one with the new secret and one with the old, and the receiver may
         *     take either. A secret that was replaced before, and was still good, is not any more.
         */
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints/{webhook_endpoint_id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook_endpoint_id: components["parameters"]["WebhookEndpointId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a test event
         * @description Sends a `webhook.test` to this endpoint, whatever its `types`. Look for the delivery by its event.
         */
        post: operations["testWebhookEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints/{webhook_endpoint_id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook_endpoint_id: components["parameters"]["WebhookEndpointId"];
            };
            cookie?: never;
        };
        /**
         * List deliveries
         * @description What was, or is to be, sent to this endpoint. Deliveries are kept for 30 days.
         */
        get: operations["listWebhookDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints/{webhook_endpoint_id}/deliveries/{webhook_delivery_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook_endpoint_id: components["parameters"]["WebhookEndpointId"];
                webhook_delivery_id: components["parameters"]["WebhookDeliveryId"];
            };
            cookie?: never;
        };
        /** Get a delivery with its attempts */
        get: operations["getWebhookDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints/{webhook_endpoint_id}/deliveries/{webhook_delivery_id}/redeliver": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook_endpoint_id: components["parameters"]["WebhookEndpointId"];
                webhook_delivery_id: components["parameters"]["WebhookDeliveryId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send one event again
         * @description By a new delivery with attempts of its own. When one of this event waits already, that one is brought forward and given.
         */
        post: operations["redeliverWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints/{webhook_endpoint_id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook_endpoint_id: components["parameters"]["WebhookEndpointId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send the events of a range of time again
         * @description Events from `since` on and before `until` (now, when it is not given), of the last 30 days, at most 100,000. Only what the
         *     endpoint wants by its own `types`, and by those given here. What is on its way to it already is left out; with
         *     `only_failed` what was delivered, too, so that it brings what has failed, was canceled or was never sent. It runs in the
         *     background, one for each endpoint at a time.
         */
        post: operations["replayWebhooks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints/{webhook_endpoint_id}/replays/{webhook_replay_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook_endpoint_id: components["parameters"]["WebhookEndpointId"];
                webhook_replay_id: components["parameters"]["WebhookReplayId"];
            };
            cookie?: never;
        };
        /** Get a replay */
        get: operations["getWebhookReplay"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/vobiz/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The secret of the provider account, from its `webhook_url`. */
                token: components["parameters"]["WebhookToken"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Answer, hangup and fallback URL of every Vobiz application */
        post: operations["vobizWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/vobiz/{token}/tenants/{tenant_id}/calls/{call_id}/{leg_event}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The secret of the provider account, from its `webhook_url`. */
                token: components["parameters"]["WebhookToken"];
                tenant_id: components["parameters"]["TenantId"];
                call_id: components["parameters"]["CallId"];
                /**
                 * @description `dial` is the Dial action and `leg` the per-leg callback, `dial-2` and `leg-2` those of a party's second phone;
                 *     `whisper` is fetched for whoever picks up; `digits` takes a rating, `record` and `voicemail` what is recorded;
                 *     `answer` and `hangup` are those of a call that we placed.
                 */
                leg_event: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Events of one call, at URLs that our own XML handed out */
        post: operations["vobizCallEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is the process alive? */
        get: operations["livez"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Does the process take requests?
         * @description 503 only while it starts and while it drains; a lost Postgres or Redis does not take it out of service.
         */
        get: operations["readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.yaml": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["openapiDocument"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document, to read and try */
        get: operations["docs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs/errors/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        /** What an error code means and what to do about it */
        get: operations["errorPage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dead_jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List dead jobs
         * @description A job that fails is tried again, later each time. When it has failed as often as it may, it is dead: it stays here until
         *     it is retried or deleted, or until a newer job for the same has taken its place.
         */
        get: operations["listDeadJobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dead_jobs/{job_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                job_id: components["parameters"]["JobId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a dead job
         * @description What it should have done is not done by it any more.
         */
        delete: operations["deleteDeadJob"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dead_jobs/{job_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                job_id: components["parameters"]["JobId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry a dead job
         * @description It is done again at once, and has all its attempts again. It is no dead job meanwhile, so asking again gives 404.
         */
        post: operations["retryDeadJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    "session.created": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A session was created
         * @description Once, with `sequence` 1.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    /**
                     * @example {
                     *       "id": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "type": "session.created",
                     *       "version": 1,
                     *       "livemode": true,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "session": "ses_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "call": null,
                     *       "sequence": 1,
                     *       "data": {
                     *         "transaction_ref": "ride-4711",
                     *         "pool": "pool_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *         "expires_at": "2026-06-08T07:07:34.130Z"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["SessionCreatedEvent"];
                };
            };
            responses: {
                /** @description Taken note of. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "session.updated": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A session was changed or reopened
         * @description A new expiry by `sliding_seconds` is no change of its own: it comes with `call.ringing`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    /**
                     * @example {
                     *       "id": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "type": "session.updated",
                     *       "version": 1,
                     *       "livemode": true,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "session": "ses_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "call": null,
                     *       "sequence": 2,
                     *       "data": {
                     *         "changed": [
                     *           "expires_at",
                     *           "metadata"
                     *         ]
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["SessionUpdatedEvent"];
                };
            };
            responses: {
                /** @description Taken note of. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "session.rehomed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A session has other masking numbers
         * @description The old numbers cool from now on; the parties have to be told the new ones.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    /**
                     * @example {
                     *       "id": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "type": "session.rehomed",
                     *       "version": 1,
                     *       "livemode": true,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "session": "ses_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "call": null,
                     *       "sequence": 2,
                     *       "data": {
                     *         "from": {
                     *           "a": "+917900000001",
                     *           "b": "+917900000002"
                     *         },
                     *         "to": {
                     *           "a": "+917900000003",
                     *           "b": "+917900000004"
                     *         }
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["SessionRehomedEvent"];
                };
            };
            responses: {
                /** @description Taken note of. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "session.expiring": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A session expires soon
         * @description Once, 5 minutes before its expiry, unless the session is shorter than 10 minutes; again when it was reopened.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    /**
                     * @example {
                     *       "id": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "type": "session.expiring",
                     *       "version": 1,
                     *       "livemode": true,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "session": "ses_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "call": null,
                     *       "sequence": 2,
                     *       "data": {
                     *         "transaction_ref": "ride-4711",
                     *         "expires_at": "2026-06-08T07:07:34.130Z"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["SessionExpiringEvent"];
                };
            };
            responses: {
                /** @description Taken note of. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "session.ended": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A session was ended or has expired
         * @description Again when a grace is cut short, when an expired session is ended, and after it was reopened.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    /**
                     * @example {
                     *       "id": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "type": "session.ended",
                     *       "version": 1,
                     *       "livemode": true,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "session": "ses_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "call": null,
                     *       "sequence": 2,
                     *       "data": {
                     *         "transaction_ref": "ride-4711",
                     *         "reason": "ended",
                     *         "status": "grace",
                     *         "grace_ends_at": "2026-06-08T07:37:34.130Z"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["SessionEndedEvent"];
                };
            };
            responses: {
                /** @description Taken note of. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "call.ringing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A call is connected: the other phone rings
         * @description Bridged to the other party, or forwarded to the number of the stage in force.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    /**
                     * @example {
                     *       "id": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "type": "call.ringing",
                     *       "version": 1,
                     *       "livemode": true,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "session": "ses_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "call": "call_01980f3a70007d2e9f10a1b2c3d4e5f6",
                     *       "sequence": 2,
                     *       "data": {
                     *         "did": "+917900000001",
                     *         "caller_party": "a",
                     *         "decision": "bridge",
                     *         "reason": "live_binding"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["CallRingingEvent"];
                };
            };
            responses: {
                /** @description Taken note of. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "call.answered": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A connected call was answered
         * @description Once, when the first word of it comes from Vobiz; that may be after the call is over.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    /**
                     * @example {
                     *       "id": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "type": "call.answered",
                     *       "version": 1,
                     *       "livemode": true,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "session": "ses_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "call": "call_01980f3a70007d2e9f10a1b2c3d4e5f6",
                     *       "sequence": 2,
                     *       "data": {
                     *         "caller_party": "a",
                     *         "decision": "bridge"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["CallAnsweredEvent"];
                };
            };
            responses: {
                /** @description Taken note of. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "call.completed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A connected call is over */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    /**
                     * @example {
                     *       "id": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "type": "call.completed",
                     *       "version": 1,
                     *       "livemode": true,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "session": "ses_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "call": "call_01980f3a70007d2e9f10a1b2c3d4e5f6",
                     *       "sequence": 2,
                     *       "data": {
                     *         "caller_party": "a",
                     *         "decision": "bridge",
                     *         "status": "completed",
                     *         "answered": true,
                     *         "duration_seconds": 63,
                     *         "hangup_cause": "NORMAL_CLEARING",
                     *         "hangup_reason": "callee_hung_up"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["CallCompletedEvent"];
                };
            };
            responses: {
                /** @description Taken note of. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "call.failed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A connected call has come to nothing
         * @description It was busy, not answered, canceled, or failed.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    /**
                     * @example {
                     *       "id": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "type": "call.failed",
                     *       "version": 1,
                     *       "livemode": true,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "session": "ses_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "call": "call_01980f3a70007d2e9f10a1b2c3d4e5f6",
                     *       "sequence": 2,
                     *       "data": {
                     *         "caller_party": "a",
                     *         "decision": "bridge",
                     *         "status": "no_answer",
                     *         "answered": false,
                     *         "duration_seconds": 0,
                     *         "hangup_cause": "NO_ANSWER",
                     *         "hangup_reason": "no_answer"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["CallFailedEvent"];
                };
            };
            responses: {
                /** @description Taken note of. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "call.rejected": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A call was not connected
         * @description The caller heard an announcement, or nothing. No other event follows for this call.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    /**
                     * @example {
                     *       "id": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "type": "call.rejected",
                     *       "version": 1,
                     *       "livemode": true,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "session": "ses_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "call": "call_01980f3a70007d2e9f10a1b2c3d4e5f6",
                     *       "sequence": 2,
                     *       "data": {
                     *         "did": "+917900000001",
                     *         "caller_party": null,
                     *         "decision": "announce",
                     *         "reason": "caller_not_allowed"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["CallRejectedEvent"];
                };
            };
            responses: {
                /** @description Taken note of. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "pool.exhausted": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A pool had no pair for two parties
         * @description Once a minute at most for each pool, however many requests are refused.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    /**
                     * @example {
                     *       "id": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "type": "pool.exhausted",
                     *       "version": 1,
                     *       "livemode": true,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "session": null,
                     *       "call": null,
                     *       "sequence": null,
                     *       "data": {
                     *         "pool": "pool_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *         "party": "b",
                     *         "dids_in_pool": 10,
                     *         "dids_held": 10,
                     *         "dids_needed": 12
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["PoolExhaustedEvent"];
                };
            };
            responses: {
                /** @description Taken note of. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "api_key.created": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** An API key was created */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    /**
                     * @example {
                     *       "id": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "type": "api_key.created",
                     *       "version": 1,
                     *       "livemode": true,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "session": null,
                     *       "call": null,
                     *       "sequence": null,
                     *       "data": {
                     *         "api_key": "key_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *         "scopes": [
                     *           "sessions:read"
                     *         ],
                     *         "replaces": null
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["ApiKeyCreatedEvent"];
                };
            };
            responses: {
                /** @description Taken note of. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "api_key.revoked": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** An API key was revoked */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    /**
                     * @example {
                     *       "id": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "type": "api_key.revoked",
                     *       "version": 1,
                     *       "livemode": true,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "session": null,
                     *       "call": null,
                     *       "sequence": null,
                     *       "data": {
                     *         "api_key": "key_01980f3a6b7c7d2e9f10a1b2c3d4e5f6"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["ApiKeyRevokedEvent"];
                };
            };
            responses: {
                /** @description Taken note of. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "webhook_endpoint.disabled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Nothing is sent to a webhook endpoint any more
         * @description It answered 410, or had only failures for 5 days. Other endpoints of the tenant are told.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    /**
                     * @example {
                     *       "id": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "type": "webhook_endpoint.disabled",
                     *       "version": 1,
                     *       "livemode": true,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "session": null,
                     *       "call": null,
                     *       "sequence": null,
                     *       "data": {
                     *         "endpoint": "whe_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *         "reason": "failing",
                     *         "failing_since": "2026-06-03T06:07:12.004Z"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookEndpointDisabledEvent"];
                };
            };
            responses: {
                /** @description Taken note of. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "webhook.test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A test of a webhook endpoint
         * @description When it is asked for, and to this endpoint only.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    /**
                     * @example {
                     *       "id": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "type": "webhook.test",
                     *       "version": 1,
                     *       "livemode": true,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "session": null,
                     *       "call": null,
                     *       "sequence": null,
                     *       "data": {
                     *         "endpoint": "whe_01980f3a6b7c7d2e9f10a1b2c3d4e5f6"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookTestEvent"];
                };
            };
            responses: {
                /** @description Taken note of. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "did.unhealthy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Calls through a DID do less than half as well as through its pool
         * @description When its health falls below 0.5; again only after it has recovered.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    /**
                     * @example {
                     *       "id": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "type": "did.unhealthy",
                     *       "version": 1,
                     *       "livemode": true,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "session": null,
                     *       "call": null,
                     *       "sequence": null,
                     *       "data": {
                     *         "did": "did_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *         "e164": "+917900000001",
                     *         "pool": "pool_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *         "health": 0.45
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["DidUnhealthyEvent"];
                };
            };
            responses: {
                /** @description Taken note of. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "pool.low": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * One caller holds most of a pool's DIDs
         * @description When the busiest caller holds, live or cooling, the share that `low_at_percent` of the pool states: soon it gets no further
         *     session. Once an hour while that lasts, and again when it was over in between.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    /**
                     * @example {
                     *       "id": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "type": "pool.low",
                     *       "version": 1,
                     *       "livemode": true,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "session": null,
                     *       "call": null,
                     *       "sequence": null,
                     *       "data": {
                     *         "pool": "pool_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *         "dids_in_pool": 10,
                     *         "dids_held_by_busiest": 8,
                     *         "percent": 80
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["PoolLowEvent"];
                };
            };
            responses: {
                /** @description Taken note of. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "call.recording_ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The recording of a call can be fetched */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    /**
                     * @example {
                     *       "id": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "type": "call.recording_ready",
                     *       "version": 1,
                     *       "livemode": true,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "session": "ses_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "call": "call_01980f3a70007d2e9f10a1b2c3d4e5f6",
                     *       "sequence": 5,
                     *       "data": {
                     *         "recording": "rec_01980f3a70007d2e9f10a1b2c3d4e5f6",
                     *         "duration_seconds": 64
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["CallRecordingReadyEvent"];
                };
            };
            responses: {
                /** @description Taken note of. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "did.drifted": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A DID is set up at Vobiz in another way than it should be
         * @description Once for each difference that is found, as long as it lasts.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    /**
                     * @example {
                     *       "id": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "type": "did.drifted",
                     *       "version": 1,
                     *       "livemode": true,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "session": null,
                     *       "call": null,
                     *       "sequence": null,
                     *       "data": {
                     *         "did": "did_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *         "e164": "+917900000001",
                     *         "what": "application",
                     *         "expected": "12345678901234567",
                     *         "found": null
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["DidDriftedEvent"];
                };
            };
            responses: {
                /** @description Taken note of. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "usage.threshold_reached": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Spending, or what was used of a balance, has reached a share of its limit
         * @description Once for each percentage: of a cap in its period, of a balance since it was filled up.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    /**
                     * @example {
                     *       "id": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "type": "usage.threshold_reached",
                     *       "version": 1,
                     *       "livemode": true,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "session": null,
                     *       "call": null,
                     *       "sequence": null,
                     *       "data": {
                     *         "percent": 80,
                     *         "kind": "cap",
                     *         "currency": "INR",
                     *         "amount_minor": 800000,
                     *         "limit_minor": 1000000
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["UsageThresholdReachedEvent"];
                };
            };
            responses: {
                /** @description Taken note of. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "usage.cap_reached": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Spending has reached its cap
         * @description Once in a period of the cap.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    /**
                     * @example {
                     *       "id": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "type": "usage.cap_reached",
                     *       "version": 1,
                     *       "livemode": true,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "session": null,
                     *       "call": null,
                     *       "sequence": null,
                     *       "data": {
                     *         "currency": "INR",
                     *         "amount_minor": 1000400,
                     *         "limit_minor": 1000000
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["UsageCapReachedEvent"];
                };
            };
            responses: {
                /** @description Taken note of. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        Problem: {
            /** @description Where the error is described. */
            type: string;
            title: string;
            status: number;
            /** @description What went wrong this time. Never holds a phone number. */
            detail: string;
            /** @description Stable; the catalogue is in docs/errors. */
            code: string;
            request_id: string;
            errors?: {
                /** @description JSON pointer into the body; `/query/…` and `/headers/…` for the others. */
                pointer: string;
                message: string;
            }[];
            saturation?: components["schemas"]["Saturation"];
            allocation?: components["schemas"]["AllocationTried"];
        };
        /** @description With `pool_exhausted` only. */
        Saturation: {
            /**
             * @description Whose phone holds every DID of the pool already.
             * @enum {string}
             */
            party: "a" | "b" | "both";
            dids_in_pool: number;
            /** @description How many of them that phone holds, live or cooling. */
            dids_held: number;
            /** @description With so many DIDs in the pool this request would have succeeded. */
            dids_needed: number;
        };
        Health: {
            /** @enum {string} */
            status: "ok" | "starting" | "draining";
        };
        /** @description ISO 3166-1 alpha-2. */
        Country: string;
        /** Format: date-time */
        Timestamp: string;
        /** Format: date-time */
        NullableTimestamp: string | null;
        /** @description At most 50 of the tenant's own values. Do not put phone numbers here; they are kept as they are. */
        Metadata: {
            [key: string]: string;
        };
        /** @enum {string} */
        Vertical: "ride_hailing" | "delivery" | "classifieds" | "other";
        /** @enum {string} */
        TenantStatus: "active" | "suspended" | "closed";
        /**
         * @description What a caller without a session gets. `announce` answers and says so; `reject` does not answer.
         * @enum {string}
         */
        OutOfSessionPolicy: "announce" | "reject";
        Tenant: {
            id: string;
            name: string;
            vertical: components["schemas"]["Vertical"];
            default_country: components["schemas"]["Country"];
            status: components["schemas"]["TenantStatus"];
            out_of_session_policy: components["schemas"]["OutOfSessionPolicy"];
            voice: components["schemas"]["VoiceSettings"];
            created_at: components["schemas"]["Timestamp"];
        };
        TenantCreate: {
            name: components["schemas"]["Name"];
            /** @default other */
            vertical: components["schemas"]["Vertical"];
            /** @default IN */
            default_country: components["schemas"]["Country"];
            /** @default announce */
            out_of_session_policy: components["schemas"]["OutOfSessionPolicy"];
            voice?: components["schemas"]["VoiceSettings"];
        };
        TenantUpdate: {
            name?: components["schemas"]["Name"];
            vertical?: components["schemas"]["Vertical"];
            default_country?: components["schemas"]["Country"];
            status?: components["schemas"]["TenantStatus"];
            out_of_session_policy?: components["schemas"]["OutOfSessionPolicy"];
            voice?: components["schemas"]["VoiceSettings"];
        };
        TenantList: {
            data: components["schemas"]["Tenant"][];
            has_more: boolean;
        };
        Name: string;
        /** @enum {string} */
        Scope: "keys:read" | "keys:write" | "provider_accounts:read" | "provider_accounts:write" | "pools:read" | "pools:write" | "dids:read" | "dids:write" | "sessions:read" | "sessions:write" | "routes:read" | "calls:read" | "calls:write" | "usage:read" | "events:read" | "webhooks:read" | "webhooks:write";
        /** @enum {string} */
        ApiKeyStatus: "active" | "expired" | "revoked";
        ApiKey: {
            id: string;
            name: string;
            /** @description The last four characters of the token. */
            last4: string;
            scopes: components["schemas"]["Scope"][];
            livemode: boolean;
            status: components["schemas"]["ApiKeyStatus"];
            expires_at: components["schemas"]["NullableTimestamp"];
            created_at: components["schemas"]["Timestamp"];
        };
        ApiKeyWithToken: {
            id: string;
            name: string;
            /** @description The last four characters of the token. */
            last4: string;
            scopes: components["schemas"]["Scope"][];
            livemode: boolean;
            status: components["schemas"]["ApiKeyStatus"];
            expires_at: components["schemas"]["NullableTimestamp"];
            created_at: components["schemas"]["Timestamp"];
            /** @description Shown only here. */
            token: string;
        };
        ApiKeyCreate: {
            /** @default default */
            name: components["schemas"]["Name"];
            /** @description Default: true for an operator, the mode of the calling key for a tenant. */
            livemode?: boolean;
            /** @description Default: all scopes, or those of the calling key. */
            scopes?: components["schemas"]["Scope"][];
            /** @description Default: does not expire. */
            expires_in_seconds?: number;
        };
        ApiKeyRotate: {
            /** @default 86400 */
            overlap_seconds: number;
        };
        ApiKeyList: {
            data: components["schemas"]["ApiKey"][];
            has_more: boolean;
        };
        /**
         * @description `required`: an unsigned event is refused. `if_present`: a signature that is there must be right. Vobiz signs only
         *     some accounts' callbacks, so `if_present` is the default; the secret in the URL is checked always.
         * @enum {string}
         */
        SignatureMode: "required" | "if_present" | "off";
        ProviderAccount: {
            id: string;
            /** @enum {string} */
            provider: "vobiz";
            /** @enum {string} */
            owner: "operator" | "tenant";
            /** @description Null when a tenant looks at an account of the operator's. */
            auth_id: string | null;
            signature_mode: components["schemas"]["SignatureMode"];
            allowed_ips: string[];
            default_country: components["schemas"]["Country"];
            /** @description Holds a secret. Null when a tenant looks at an account of the operator's. */
            webhook_url: string | null;
            drift_repair: components["schemas"]["DriftRepair"];
            number_budget: components["schemas"]["NullableNumberBudget"];
            provisioning: components["schemas"]["Provisioning"];
            created_at: components["schemas"]["Timestamp"];
        };
        ProviderAccountCreate: {
            /** @enum {string} */
            provider: "vobiz";
            auth_id: components["schemas"]["AuthId"];
            auth_token: components["schemas"]["AuthToken"];
            /** @default if_present */
            signature_mode: components["schemas"]["SignatureMode"];
            allowed_ips?: components["schemas"]["AllowedIps"];
            /** @default IN */
            default_country: components["schemas"]["Country"];
            /** @default repair */
            drift_repair: components["schemas"]["DriftRepair"];
            number_budget?: components["schemas"]["NullableNumberBudget"];
        };
        /**
         * @description What is done when something at Vobiz is not as it was set up: set right again, or told only. Either way it is told.
         * @enum {string}
         */
        DriftRepair: "repair" | "report";
        /** @description What numbers may cost in a calendar month (UTC), set-up included. Null means that none are bought. */
        NullableNumberBudget: {
            amount_minor: number;
            currency: string;
        } | null;
        WebhookTokenRotate: {
            /**
             * @description The default is as long as the longest call.
             * @default 86400
             */
            overlap_seconds: number;
        };
        ProviderAccountUpdate: {
            auth_token?: components["schemas"]["AuthToken"];
            signature_mode?: components["schemas"]["SignatureMode"];
            allowed_ips?: components["schemas"]["AllowedIps"];
            default_country?: components["schemas"]["Country"];
            drift_repair?: components["schemas"]["DriftRepair"];
            number_budget?: components["schemas"]["NullableNumberBudget"];
        };
        AuthId: string;
        AuthToken: string;
        /** @description Source addresses or CIDR blocks that events may come from. Empty means any. */
        AllowedIps: string[];
        ProviderAccountList: {
            data: components["schemas"]["ProviderAccount"][];
            has_more: boolean;
        };
        AccountNumber: {
            e164: string;
            country: string | null;
            region: string | null;
            /**
             * @description At Vobiz.
             * @enum {string}
             */
            status: "active" | "blocked" | "releasing" | "other";
            /** @enum {string|null} */
            attached_to: "this_account" | "another_application" | null;
            /** @description The DID that it is registered as. */
            did: string | null;
        };
        AccountNumberList: {
            data: components["schemas"]["AccountNumber"][];
            has_more: boolean;
        };
        /** @description Whose DIDs they become. Required with an operator key; a tenant names nobody but itself. */
        ForTenant: string;
        NumberImport: {
            tenant?: components["schemas"]["ForTenant"];
            /** @default default */
            pool: components["schemas"]["PoolReference"];
            /** @description In E.164. Absent, all that the account has. */
            e164?: string[];
        };
        NumberOrder: {
            /** @description One of your own. */
            provider_account: string;
            tenant?: components["schemas"]["ForTenant"];
            country: components["schemas"]["Country"];
            /** @description Digits that the number holds. */
            contains?: string;
            quantity: number;
            /** @default default */
            pool: components["schemas"]["PoolReference"];
            /** @description Of all together, in minor units. */
            max_cost_minor: number;
            /** @description That of the account's `number_budget`. */
            currency: string;
        };
        /** @enum {string} */
        OperationStatus: "pending" | "running" | "succeeded" | "failed";
        Operation: {
            id: string;
            /** @enum {string} */
            type: "import_numbers" | "order_numbers";
            status: components["schemas"]["OperationStatus"];
            livemode: boolean;
            progress: {
                done: number;
                /** @description Null while it is not known. */
                total: number | null;
            };
            /** @description What was done so far, also when it failed in the end. */
            result: {
                imported?: string[];
                skipped?: {
                    e164: string;
                    /** @description `not_in_account`, `blocked`, `releasing`, or the code of the error that its registration ended in. */
                    reason: string;
                }[];
                bought?: {
                    e164: string;
                    /** @description Null when it could not be registered: import it later. */
                    did: string | null;
                    cost_minor: number;
                }[];
                spent_minor?: number;
                currency?: string;
            } | null;
            /**
             * @description Why it has failed: `provider_refused`, `provider_failed`, `none_available`, `max_cost_reached`, `balance_too_low` or
             *     `spending_cap_reached`.
             */
            error: {
                code: string;
                message: string;
            } | null;
            created_at: components["schemas"]["Timestamp"];
            updated_at: components["schemas"]["Timestamp"];
            finished_at: components["schemas"]["NullableTimestamp"];
        };
        OperationList: {
            data: components["schemas"]["Operation"][];
            has_more: boolean;
        };
        /**
         * @description What is set up at Vobiz for this object, in the background: the application of an account, the attachment of a DID. `none`: nothing,
         *     as in test mode. `failed`: not before something is changed; `reason` says what. Calls are routed all the same.
         */
        Provisioning: {
            /** @enum {string} */
            status: "none" | "pending" | "ready" | "failed";
            reason: string | null;
        };
        /**
         * @description In `bn-IN`, `gu-IN`, `kn-IN`, `ml-IN`, `mr-IN`, `pa-IN`, `ta-IN`, `te-IN` and `ur-IN` no voice speaks a text: give audio.
         *     What has none is then said in English.
         * @enum {string}
         */
        Language: "en-IN" | "hi-IN" | "bn-IN" | "gu-IN" | "kn-IN" | "ml-IN" | "mr-IN" | "pa-IN" | "ta-IN" | "te-IN" | "ur-IN" | "en-US" | "en-GB" | "en-AU" | "da-DK" | "de-DE" | "es-ES" | "es-US" | "fr-CA" | "fr-FR" | "it-IT" | "nl-NL" | "pl-PL" | "pt-BR" | "pt-PT" | "ru-RU" | "sv-SE";
        PromptText: string;
        /** @description An audio file (mp3 or wav) that Vobiz can fetch without credentials. */
        AudioUrl: string;
        /** @description Something to be heard. Either a text, which is spoken, or an audio file. `null` for nothing, whatever pool or tenant say. */
        Prompt: {
            text?: components["schemas"]["PromptText"];
            audio_url?: components["schemas"]["AudioUrl"];
        } | null;
        /**
         * @description What callers hear and how their call is connected. What is absent holds as the next level says: the session, its
         *     pool, the tenant, and then the defaults that are named here. Read when a call comes.
         */
        VoiceSettings: {
            /** @description Of all texts. Default: `en-IN`. */
            language?: components["schemas"]["Language"];
            /** @description What a party hears when it calls, before it is connected. */
            greeting?: {
                a?: components["schemas"]["Prompt"];
                b?: components["schemas"]["Prompt"];
            };
            /**
             * @description What a party hears when it is called and has picked up, before it is connected. A text may hold
             *     `{{transaction_ref}}`, `{{role}}` (of the party that calls) and `{{metadata.key}}`. Of a value, at most 100
             *     characters are said, and nothing that is a phone number.
             */
            whisper?: {
                a?: components["schemas"]["Prompt"];
                b?: components["schemas"]["Prompt"];
            };
            /**
             * @description What is said before the other phone rings when there is neither a greeting nor a consent to ask for. Default:
             *     `announcement`, under the key `connecting`; it answers the call, and the call is paid for from then on. `none` rings at
             *     once, which fails on some routes.
             * @enum {string}
             */
            prelude?: "announcement" | "none";
            /** @description Records calls between the parties. Nobody but you gets to hear it. */
            record?: {
                /** @description Default: false. */
                enabled?: boolean;
                /**
                 * @description Each party on a channel of its own: what Vobiz makes of a recorded call. `mono` is refused rather than
                 *     ignored.
                 * @constant
                 */
                channels?: "dual";
                /**
                 * @description Default: mp3.
                 * @enum {string}
                 */
                format?: "mp3" | "wav";
                /**
                 * @description Whether both parties are told, under the key `recording_consent`, before they are connected. Default: true.
                 *     Set it to false only where they have agreed otherwise: many countries demand it.
                 */
                announce_consent?: boolean;
            };
            /** @description How a party is rung that has several phones. */
            ring?: {
                /**
                 * @description One after the other, in their order, until one is answered, or all at once. Default: sequential.
                 * @enum {string}
                 */
                mode?: "sequential" | "parallel";
                /** @description How long each phone rings. Default: the session's `ring_timeout_seconds`. */
                timeout_seconds?: number;
            };
            /**
             * @description Whether a call is cut when the session's time is over, rather than at `max_call_seconds` only. What counts is the
             *     time as it is when the call comes: the expiry, or the end of the stage that is in force. Default: false.
             */
            end_calls_with_session?: boolean;
            /** @description A message instead of an announcement when nobody was reached. */
            voicemail?: {
                /** @description Default: false. */
                enabled?: boolean;
                /** @description Default: 60. */
                max_seconds?: number;
            };
            /** @description Asks the caller for a key from 1 to 5 when the other party has hung up. */
            rating?: {
                /** @description Default: false. */
                enabled?: boolean;
                /** @description Instead of the announcement `rating_prompt`. */
                prompt?: components["schemas"]["Prompt"];
            };
            /**
             * @description Where a party is, as an IANA time zone; its call window goes by it. Default: that of the tenant's country; of a country
             *     with several, a window is open when it is in all of them.
             */
            time_zone?: {
                a?: components["schemas"]["TimeZone"];
                b?: components["schemas"]["TimeZone"];
            };
            /**
             * @description When a party may be called, by its own clock. At other times the caller hears `outside_hours`. `null`, the default: at
             *     any time.
             */
            call_window?: components["schemas"]["CallHours"][] | null;
            /**
             * @description How often the two may talk within so many seconds, whoever calls; then the caller hears `too_many_calls`. Calls that come
             *     in the same moment may exceed it; `max_calls` never is. `null`, the default: as they like.
             */
            pair_limit?: {
                calls: number;
                seconds: number;
                /**
                 * @description In this session, or in all sessions of the two in its pool. Default: session.
                 * @enum {string}
                 */
                scope?: "session" | "pool";
            } | null;
        };
        TimeZone: string | null;
        /**
         * @description From the first minute to before the last. With a `to` earlier than `from` they go on past midnight, and belong to the day
         *     on which they begin.
         */
        CallHours: {
            /** @description Default: every day. */
            days?: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[];
            from: string;
            to: string;
        };
        /** @enum {string} */
        AnnouncementKey: "connecting" | "over" | "number_changed" | "not_connected" | "unavailable" | "not_allowed" | "busy" | "no_answer" | "not_reached" | "failed" | "recording_consent" | "voicemail_prompt" | "rating_prompt" | "goodbye" | "pin_prompt" | "pin_wrong" | "pin_failed" | "pin_locked" | "outside_hours" | "too_many_calls";
        AnnouncementList: {
            data: {
                key: components["schemas"]["AnnouncementKey"];
                language: components["schemas"]["Language"];
                text?: string;
                audio_url?: string;
                /** @description Whether it is yours, not ours. */
                own: boolean;
            }[];
        };
        AnnouncementsSet: {
            announcements: {
                key: components["schemas"]["AnnouncementKey"];
                language: components["schemas"]["Language"];
                text?: components["schemas"]["PromptText"];
                audio_url?: components["schemas"]["AudioUrl"];
            }[];
        };
        /** @description Letters, digits, `-` and `_`; unique per tenant and mode. */
        PoolName: string;
        /** @description How long a DID stays reserved for a caller after the session is over, so that a late redial never meets a stranger. */
        CoolingSeconds: number;
        /**
         * @description How long a DID stays reserved for a caller after the session is over, so that a late redial never meets a stranger.
         *     `null`, with a `misroute_budget` only: the budget alone decides. With both, the longer time counts.
         */
        NullableCoolingSeconds: number | null;
        /** @description An event `pool.low` tells when one caller holds, live or cooling, so much of the pool's usable DIDs. `null`: never. */
        LowAtPercent: number | null;
        /**
         * @description The share of late redials that may reach a stranger: 0.001 is one in a thousand. The cooling time follows from it and
         *     from how long after the end people were seen to call back.
         */
        MisrouteBudget: number | null;
        /** @description A word of the tenant's own, compared as it is written. */
        Label: string;
        /** @description A word of the tenant's own, compared as it is written. */
        NullableLabel: string | null;
        /**
         * @description Which DIDs two people get who had a session before: those that each let go of longest ago, the same again if they
         *     can, or others if they can.
         * @enum {string}
         */
        Affinity: "least_recently_released" | "sticky" | "avoid_sticky";
        /** @description Regions of DIDs, best first. The last may be `*`, any other region. */
        Regions: string[];
        /**
         * @description `prefer` takes DIDs of the regions in their order and others when there is none. `require` takes those of the first
         *     region only, until the step `other_region` of `exhaustion` goes on to the next ones.
         * @enum {string}
         */
        RegionMatch: "prefer" | "require";
        /** @description Carriers of DIDs, best first. A preference only. */
        Carriers: components["schemas"]["Label"][];
        /**
         * @description What is tried, in this order, when no pair is free. What a step allows stays allowed for those after it. Without any
         *     step that is `pool_exhausted`.
         */
        Exhaustion: components["schemas"]["ExhaustionStep"][];
        ExhaustionStep: {
            /**
             * @description `other_region`: the further regions of `regions`. `shorter_cooling`: DIDs that have cooled for as long as the
             *     budget asks, though not for `cooling_seconds`; needs a `misroute_budget`. `other_pool`: the DIDs of another pool
             *     of the same mode. Each once, but for `other_pool`.
             * @enum {string}
             */
            step: "other_region" | "shorter_cooling" | "other_pool";
            /** @description With `other_pool`: the pool's name or id. */
            pool?: string;
        };
        /** @description For how long the DIDs of this pool cool, unless a session says otherwise, and what that rests on. */
        PoolCooling: {
            /** @description The longer of `cooling_seconds` and what the budget comes to. */
            seconds: number;
            /**
             * @description Which of the two it is.
             * @enum {string}
             */
            basis: "fixed" | "budget";
            /**
             * @description By how much the slowest redials exceed the others, on average. `null`: without a budget, or when too few were
             *     seen; then 6 hours stand in.
             */
            redial_delay_seconds: number | null;
            /** @description Late redials of the last 30 days that were looked at. */
            redial_samples: number;
            measured_at: components["schemas"]["NullableTimestamp"];
        };
        Pool: {
            id: string;
            name: string;
            livemode: boolean;
            cooling_seconds: components["schemas"]["NullableCoolingSeconds"];
            misroute_budget: components["schemas"]["MisrouteBudget"];
            cooling: components["schemas"]["PoolCooling"];
            affinity: components["schemas"]["Affinity"];
            regions: components["schemas"]["Regions"];
            region_match: components["schemas"]["RegionMatch"];
            carriers: components["schemas"]["Carriers"];
            exhaustion: components["schemas"]["Exhaustion"];
            low_at_percent: components["schemas"]["LowAtPercent"];
            voice: components["schemas"]["VoiceSettings"];
            active_dids: number;
            created_at: components["schemas"]["Timestamp"];
        };
        PoolCreate: {
            name: components["schemas"]["PoolName"];
            /** @default 86400 */
            cooling_seconds: components["schemas"]["NullableCoolingSeconds"];
            /** @default null */
            misroute_budget: components["schemas"]["MisrouteBudget"];
            /** @default least_recently_released */
            affinity: components["schemas"]["Affinity"];
            /** @default [] */
            regions: components["schemas"]["Regions"];
            /** @default prefer */
            region_match: components["schemas"]["RegionMatch"];
            /** @default [] */
            carriers: components["schemas"]["Carriers"];
            /** @default [] */
            exhaustion: components["schemas"]["Exhaustion"];
            /** @default 80 */
            low_at_percent: components["schemas"]["LowAtPercent"];
            voice?: components["schemas"]["VoiceSettings"];
        };
        PoolUpdate: {
            cooling_seconds?: components["schemas"]["NullableCoolingSeconds"];
            misroute_budget?: components["schemas"]["MisrouteBudget"];
            affinity?: components["schemas"]["Affinity"];
            regions?: components["schemas"]["Regions"];
            region_match?: components["schemas"]["RegionMatch"];
            carriers?: components["schemas"]["Carriers"];
            exhaustion?: components["schemas"]["Exhaustion"];
            low_at_percent?: components["schemas"]["LowAtPercent"];
            voice?: components["schemas"]["VoiceSettings"];
        };
        PoolList: {
            data: components["schemas"]["Pool"][];
            has_more: boolean;
        };
        PoolCapacity: {
            pool: string;
            active_dids: number;
            sessions_live: number;
            /** @description Pairs of a DID and a phone that a live session connects. Retiring DIDs count too. */
            bindings_live: number;
            /** @description Those that are only kept free of strangers. */
            bindings_cooling: number;
            /** @description False: the pool has more bindings than one request counts; these figures are at least so much. */
            complete: boolean;
            busiest_callers: components["schemas"]["BusyCaller"][];
            /** @description What the busiest phone holds, and at least the two that a session takes. */
            dids_needed_now: number;
            /** @description What the busiest phone holds of the active DIDs; at 1 it gets no further session. Null without DIDs. */
            fill: number | null;
            forecast: components["schemas"]["CapacityForecast"];
        };
        BusyCaller: {
            /** @description Stands for one phone, always the same; says nothing about its number and finds nothing elsewhere. */
            caller: string;
            /** @description Active DIDs of the pool, live or cooling. */
            dids_held: number;
        };
        CapacityForecast: {
            /**
             * Format: date
             * @description The day on which the busiest phone will hold every DID. Null when that is not in sight within a year.
             */
            exhausted_on: string | null;
            /**
             * @description `none` with fewer than 7 days of history.
             * @enum {string}
             */
            method: "linear_trend" | "none";
            /** @description Whole days that the trend is taken from, at most 28. */
            history_days: number;
            /** @description DIDs a day that the daily peak of the busiest phone grows by. Null when it does not grow for certain. */
            growth_per_day: number | null;
        };
        CapacityPlanRequest: {
            /** @description Kinds of people who are much alike in how many sessions they have. The most demanding one decides. */
            party_classes: components["schemas"]["PartyClass"][];
            calls?: components["schemas"]["CallVolume"];
            /**
             * @description Share of DIDs on top: 0.2 for a fifth more.
             * @default 0
             */
            spare: number;
        };
        PartyClass: {
            name: components["schemas"]["Role"];
            /** @description New sessions an hour of one heavy party, or of an average one when `heavy` is given. */
            sessions_per_hour: number;
            /** @description How long a session lives on average. */
            duration_seconds: number;
            /** @default 86400 */
            cooling_seconds: components["schemas"]["CoolingSeconds"];
            heavy?: components["schemas"]["HeavyShare"];
        };
        /**
         * @description How uneven the class is: `party_share` of its parties have `session_share` of its sessions, and so
         *     `session_share / party_share` times the average rate.
         */
        HeavyShare: {
            party_share: number;
            session_share: number;
        };
        CallVolume: {
            per_day: number;
            /**
             * @description How much of the day's calls come in its busiest hour.
             * @default 0.12
             */
            busy_hour_share: number;
            /**
             * @description Ringing and talking, on average.
             * @default 80
             */
            holding_seconds: number;
            /**
             * @description Share of the busiest hour's calls that may find every channel taken.
             * @default 0.001
             */
            blocking: number;
            /** @description Calls a day that one DID may carry before carriers take it for a robot. Absent means any number. */
            healthy_per_did?: number;
        };
        DidDemand: {
            /** @description What a heavy party holds on average, live and cooling. */
            mean: number;
            p999: number;
            p9999: number;
        };
        CapacityPlan: {
            dids: {
                party_classes: {
                    name: string;
                    /** @description What a heavy party holds on average, live and cooling. */
                    mean: number;
                    p999: number;
                    p9999: number;
                }[];
                /** @description DIDs of the pool: of the most demanding class or by the number of calls, and the spare. */
                total: components["schemas"]["DidDemand"];
            };
            /** @description Null when the request has no `calls`. */
            channels: {
                /** @description Calls at the same time in the busiest hour, on average. */
                busy_hour_erlangs: number;
                /** @description Calls that must be possible at the same time, by Erlang B. */
                per_leg: number;
                /** @description Channels: a masked call takes one in and one out. */
                total: number;
            } | null;
        };
        /** @enum {string} */
        DidStatus: "active" | "retiring" | "retired";
        /**
         * @description How calls of the last 24 hours went that came to this DID and were connected, when they were last counted. A DID with
         *     a score below 0.5 does less than half as well as its pool, and is chosen last.
         */
        DidHealth: {
            /** @description From 0 to 1, where 1 is as well as the pool's other DIDs. */
            score: number;
            /** @description Calls that are over; the newest 1000 at most. */
            calls: number;
            answered: number;
            /** @description Answered, and over within 6 seconds. */
            short: number;
            measured_at: components["schemas"]["NullableTimestamp"];
        };
        /** @description A reserved DID is never chosen, unless a session asks for it by name. */
        Reserved: boolean;
        Did: {
            id: string;
            e164: string;
            country: string | null;
            pool: string;
            provider_account: string;
            region: components["schemas"]["NullableLabel"];
            carrier: components["schemas"]["NullableLabel"];
            reserved: components["schemas"]["Reserved"];
            status: components["schemas"]["DidStatus"];
            livemode: boolean;
            /**
             * @description Why no session gets it for now: Vobiz has blocked it, or the account does not have it any more.
             * @enum {string|null}
             */
            suspended: "blocked" | "released" | null;
            provisioning: components["schemas"]["Provisioning"];
            /** @description Phones that may call this DID now, as last counted: about once a minute, to within a tenth. */
            live_bindings: number;
            health: components["schemas"]["DidHealth"];
            created_at: components["schemas"]["Timestamp"];
        };
        /** @description The pool's name or id. */
        PoolReference: string;
        DidCreate: {
            e164: components["schemas"]["PhoneText"];
            provider_account: string;
            /** @default default */
            pool: components["schemas"]["PoolReference"];
            /** @default null */
            region: components["schemas"]["NullableLabel"];
            /** @default null */
            carrier: components["schemas"]["NullableLabel"];
            /** @default false */
            reserved: components["schemas"]["Reserved"];
        };
        DidAssign: {
            e164: components["schemas"]["PhoneText"];
            provider_account: string;
            /** @default default */
            pool: components["schemas"]["PoolReference"];
            /** @default null */
            region: components["schemas"]["NullableLabel"];
            /** @default null */
            carrier: components["schemas"]["NullableLabel"];
            /** @default false */
            reserved: components["schemas"]["Reserved"];
            /** @default true */
            livemode: boolean;
        };
        DidUpdate: {
            region?: components["schemas"]["NullableLabel"];
            carrier?: components["schemas"]["NullableLabel"];
            reserved?: components["schemas"]["Reserved"];
            pool?: components["schemas"]["PoolReference"];
        };
        DidList: {
            data: components["schemas"]["Did"][];
            has_more: boolean;
        };
        /** @description A phone number, best in E.164; otherwise read with the tenant's `default_country`. */
        PhoneText: string;
        /**
         * @description Who may call whom.
         * @enum {string}
         */
        Direction: "both" | "a_to_b" | "b_to_a";
        /**
         * @description `grace` while a stage of `after_end` is in force; afterwards `ended` when it was ended, `expired` when nobody did.
         * @enum {string}
         */
        SessionStatus: "active" | "grace" | "expired" | "ended";
        /**
         * @description Who may still call whom; never more than the session's `direction`. The others are forwarded, or hear that the
         *     connection is over.
         * @enum {string}
         */
        Allow: "both" | "a_to_b" | "b_to_a" | "none";
        /** @description How long the stage is in force. */
        StageSeconds: number;
        StageCreate: {
            seconds: components["schemas"]["StageSeconds"];
            allow: components["schemas"]["Allow"];
            /**
             * @description A phone, say of your support desk, to which a party is forwarded whose direction is not allowed in this stage.
             *     It sees the masking number that was dialled. Without it the caller hears that the connection is over.
             */
            forward_to?: components["schemas"]["PhoneText"];
        };
        /** @description What is still allowed after the end or the expiry: stage by stage, each for its seconds, 180 days in all at most. */
        AfterEnd: components["schemas"]["StageCreate"][];
        Stage: {
            seconds: number;
            allow: components["schemas"]["Allow"];
            forward_to_last4: string | null;
        };
        /** @description From 1 second to 180 days. */
        ExpiresInSeconds: number;
        /** @description How long the other party's phone rings. */
        RingTimeoutSeconds: number;
        /** @description A bridged call is cut after so long. */
        MaxCallSeconds: number;
        Role: string;
        /** @description All phones of the party, in the order in which they are tried. Each may call, and dials the same masking number. */
        PartyPhones: components["schemas"]["PhoneText"][];
        /** @description With either `phone` or `phones`. */
        PartyCreate: {
            phone?: components["schemas"]["PhoneText"];
            phones?: components["schemas"]["PartyPhones"];
            role?: components["schemas"]["Role"];
        };
        /** @description `phone` or `phones` replace all phones that the party had. */
        PartyUpdate: {
            phone?: components["schemas"]["PhoneText"];
            phones?: components["schemas"]["PartyPhones"];
            role?: components["schemas"]["Role"];
        };
        Party: {
            role: string | null;
            /** @description Of the phone that is tried first. */
            phone_last4: string;
            phones_last4: string[];
            /** @description The number that this party dials, and sees when it is called. */
            masking_number: string;
            /**
             * @description In the answer that creates the session, and nowhere else. What makes this party known at its masking number when
             *     its phone is withheld or another one. Only a keyed hash of it is kept.
             */
            pin?: string;
        };
        SessionCreate: {
            /** @description The tenant's own id of the transaction. */
            transaction_ref?: string;
            /**
             * @description The pool's name or id.
             * @default default
             */
            pool: string;
            /** @default 3600 */
            expires_in_seconds: components["schemas"]["ExpiresInSeconds"];
            parties: {
                a: components["schemas"]["PartyCreate"];
                b: components["schemas"]["PartyCreate"];
            };
            /** @default both */
            direction: components["schemas"]["Direction"];
            cooling_seconds?: components["schemas"]["CoolingSeconds"];
            /** @default 30 */
            ring_timeout_seconds: components["schemas"]["RingTimeoutSeconds"];
            /** @default 3600 */
            max_call_seconds: components["schemas"]["MaxCallSeconds"];
            sliding_seconds?: components["schemas"]["SlidingSeconds"];
            max_calls?: components["schemas"]["MaxCalls"];
            /**
             * @description The session ends when a call in which the parties talked is over.
             * @default false
             */
            end_after_first_call: boolean;
            allocation?: components["schemas"]["AllocationWish"];
            /** @default [] */
            after_end: components["schemas"]["AfterEnd"];
            pin?: components["schemas"]["SessionPin"];
            voice?: components["schemas"]["VoiceSettings"];
            metadata?: components["schemas"]["Metadata"];
        };
        /**
         * @description Each party gets a PIN for its masking number. A caller whose number is withheld or unknown there is asked for it, and is
         *     the party from then on. How long it is follows from how many PINs the masking number has already.
         */
        SessionPin: {
            enabled: boolean;
        };
        ListingCreate: {
            /** @description The tenant's own id of it; its sessions have it too. */
            transaction_ref?: string;
            /**
             * @description The pool's name or id.
             * @default default
             */
            pool: string;
            /**
             * @description The id or number of the pool's DID that buyers are to call; a reserved one if you like, which no other session gets.
             *     Absent: the one with the fewest calls that is not reserved and carries no listing.
             */
            did?: string;
            seller: {
                phone: components["schemas"]["PhoneText"];
                role?: components["schemas"]["Role"];
            };
            expires_in_seconds: components["schemas"]["ExpiresInSeconds"];
            cooling_seconds?: components["schemas"]["CoolingSeconds"];
            /** @default 30 */
            ring_timeout_seconds: components["schemas"]["RingTimeoutSeconds"];
            /** @default 3600 */
            max_call_seconds: components["schemas"]["MaxCallSeconds"];
            /** @description Of its sessions. The seller is `a`, the buyer `b`. */
            voice?: components["schemas"]["VoiceSettings"];
            /** @description Its sessions have it too. */
            metadata?: components["schemas"]["Metadata"];
        };
        Listing: {
            id: string;
            livemode: boolean;
            /** @enum {string} */
            status: "active" | "ended" | "expired";
            /** @description What buyers call. */
            masking_number: string;
            pool: string;
            transaction_ref: string | null;
            seller: {
                role: string | null;
                phone_last4: string;
            };
            expires_at: components["schemas"]["Timestamp"];
            ended_at: components["schemas"]["NullableTimestamp"];
            /** @description Null: the pool's. */
            cooling_seconds: number | null;
            ring_timeout_seconds: number;
            max_call_seconds: number;
            voice: components["schemas"]["VoiceSettings"];
            /** @description How many callers have got a session. */
            buyers: number;
            metadata: components["schemas"]["Metadata"];
            created_at: components["schemas"]["Timestamp"];
        };
        ListingList: {
            data: components["schemas"]["Listing"][];
            has_more: boolean;
        };
        /** @description What this session wants of its pair. What it says nothing about is as its pool says. DIDs are named by id or number. */
        AllocationWish: {
            regions?: components["schemas"]["Regions"];
            carriers?: components["schemas"]["Carriers"];
            affinity?: components["schemas"]["Affinity"];
            /** @description DIDs that go before all others. One that is held, reserved or not in the pool is passed over. */
            preferred_dids?: {
                a?: components["schemas"]["DidNames"];
                b?: components["schemas"]["DidNames"];
            };
            /**
             * @description No other DIDs are given to this party; reserved ones may be. All must be in service in the pool: 422
             *     `unknown_reference`. When the party holds all of them: 409 `pool_exhausted`.
             */
            required_dids?: {
                a?: components["schemas"]["DidNames"];
                b?: components["schemas"]["DidNames"];
            };
        };
        DidNames: string[];
        /** @description How the pair was found, and why each party got its DID. */
        Allocation: {
            steps: components["schemas"]["AllocationStep"][];
            reasons: {
                a: components["schemas"]["AllocationReason"][];
                b: components["schemas"]["AllocationReason"][];
            };
        };
        AllocationStep: {
            /** @enum {string} */
            step: "pool" | "other_region" | "shorter_cooling" | "other_pool";
            /** @description The name of the pool that was searched. A step may search several, one after the other. */
            pool: string;
            /** @enum {string} */
            outcome: "found" | "exhausted" | "not_applicable";
        };
        /** @enum {string} */
        AllocationReason: "required" | "preferred" | "had_last_time" | "wished_region" | "fallback_region" | "wished_carrier" | "unhealthy" | "never_held" | "released_longest_ago";
        /** @description With `pool_exhausted` only. */
        AllocationTried: {
            steps: components["schemas"]["AllocationStep"][];
        };
        SessionBatch: {
            sessions: components["schemas"]["SessionCreate"][];
        };
        SessionBatchResult: {
            data: components["schemas"]["SessionBatchItem"][];
        };
        SessionBatchItem: {
            session: components["schemas"]["Session"] | null;
            error: components["schemas"]["ItemError"] | null;
        };
        /** @description Why an item was refused; `errors` point into the item. */
        ItemError: {
            code: string;
            title: string;
            detail: string;
            errors?: {
                pointer: string;
                message: string;
            }[];
            saturation?: components["schemas"]["Saturation"];
            allocation?: components["schemas"]["AllocationTried"];
        };
        SessionUpdate: {
            expires_in_seconds?: components["schemas"]["ExpiresInSeconds"];
            parties?: {
                a?: components["schemas"]["PartyUpdate"];
                b?: components["schemas"]["PartyUpdate"];
            };
            direction?: components["schemas"]["Direction"];
            ring_timeout_seconds?: components["schemas"]["RingTimeoutSeconds"];
            max_call_seconds?: components["schemas"]["MaxCallSeconds"];
            after_end?: components["schemas"]["AfterEnd"];
            voice?: components["schemas"]["VoiceSettings"];
            metadata?: components["schemas"]["Metadata"];
        };
        /** @description Each call that is bridged keeps the session open for at least so long. */
        SlidingSeconds: number;
        /** @description So many calls are bridged, answered or not. */
        MaxCalls: number;
        SessionReopen: {
            /** @default 3600 */
            expires_in_seconds: components["schemas"]["ExpiresInSeconds"];
        };
        SessionRehome: {
            allocation?: components["schemas"]["AllocationWish"];
        };
        SessionEnd: {
            /**
             * @description Whether calls of the session that go on are hung up, also where a stage comes after the end. The session ends
             *     first; its calls are hung up right after that, each tried again until Vobiz has done it. Otherwise calls that
             *     are bridged already end at their time limit. Where Vobiz is not asked for anything, the answer is 503
             *     `provider_not_configured`, and the session goes on.
             * @default false
             */
            hangup_live_calls: boolean;
            /**
             * @description Without stages, or out of the one that is in force. The cooling time begins now.
             * @default false
             */
            immediately: boolean;
        };
        Session: {
            id: string;
            status: components["schemas"]["SessionStatus"];
            livemode: boolean;
            transaction_ref: string | null;
            pool: string;
            direction: components["schemas"]["Direction"];
            expires_at: components["schemas"]["Timestamp"];
            ended_at: components["schemas"]["NullableTimestamp"];
            after_end: components["schemas"]["Stage"][];
            /** @description When the last stage is over, as things stand; null without stages. */
            grace_ends_at: components["schemas"]["NullableTimestamp"];
            allocation: components["schemas"]["Allocation"];
            /** @description The wish, the pool's, or what a misroute budget asks for, if that is longer. */
            cooling_seconds: number;
            ring_timeout_seconds: number;
            max_call_seconds: number;
            sliding_seconds: number | null;
            max_calls: number | null;
            /** @description Calls that were bridged, answered or not. */
            calls_made: number;
            end_after_first_call: boolean;
            voice: components["schemas"]["VoiceSettings"];
            /** @description Absent when the parties have no PINs. */
            pin?: components["schemas"]["SessionPin"];
            /** @description The listing whose buyer called. Absent for other sessions. */
            listing?: string;
            parties: {
                a: components["schemas"]["Party"];
                b: components["schemas"]["Party"];
            };
            metadata: components["schemas"]["Metadata"];
            created_at: components["schemas"]["Timestamp"];
            updated_at: components["schemas"]["Timestamp"];
        };
        SessionList: {
            data: components["schemas"]["Session"][];
            has_more: boolean;
        };
        /** @enum {string} */
        BlockStatus: "active" | "expired" | "lifted";
        /**
         * @description Calls that the person makes (`from`), calls to it (`to`), or both.
         * @enum {string}
         */
        BlockDirection: "from" | "to" | "both";
        BlockCreate: {
            /** @description Whose calls are stopped. */
            phone: components["schemas"]["PhoneText"];
            /** @description Only calls between the person and this one. Absent or null: whoever the other is. */
            towards?: string | null;
            /** @description Only in this pool, by name or id: for a session its pool, otherwise that of the dialled DID. */
            pool?: string | null;
            /** @default both */
            direction: components["schemas"]["BlockDirection"];
            /** @description For your own people. It may not hold a phone number. */
            reason?: string | null;
            /** @description Absent or null: until it is lifted. */
            expires_in_seconds?: number | null;
        };
        Block: {
            id: string;
            livemode: boolean;
            phone_last4: string;
            towards_last4: string | null;
            pool: string | null;
            direction: components["schemas"]["BlockDirection"];
            reason: string | null;
            status: components["schemas"]["BlockStatus"];
            expires_at: components["schemas"]["NullableTimestamp"];
            /** @description The API key that blocked. */
            created_by: string;
            created_at: components["schemas"]["Timestamp"];
            /** @description The API key that lifted it. */
            lifted_by: string | null;
            lifted_at: components["schemas"]["NullableTimestamp"];
        };
        BlockList: {
            data: components["schemas"]["Block"][];
            has_more: boolean;
        };
        /**
         * @description `reject` does not answer, `announce` says `not_connected`, `forward` rings the support number, which sees the DID that was
         *     dialled, `ask` asks your endpoint which of these it is, or for a session.
         * @enum {string}
         */
        OutOfSessionAction: "reject" | "announce" | "forward" | "ask";
        /**
         * @description Of `ask`, when there is no answer within 800 ms that can be used: `reject` fails closed.
         * @enum {string|null}
         */
        OutOfSessionFallback: "reject" | "announce" | "forward" | null;
        /** @description How long a call to the support number may last. */
        ForwardSeconds: number;
        OutOfSessionRuleSet: {
            /** @description By name or id. Absent or null: all pools that have no policy of their own. */
            pool?: string | null;
            action: components["schemas"]["OutOfSessionAction"];
            /** @description The support number. Kept sealed, and shown by its last four digits only. */
            forward_to?: string | null;
            /** @default 600 */
            time_limit_seconds: components["schemas"]["ForwardSeconds"];
            /** @description Of `ask`. Public and https. */
            url?: string | null;
            on_failure?: components["schemas"]["OutOfSessionFallback"];
        };
        OutOfSessionRule: {
            id: string;
            livemode: boolean;
            /** @description Null: all pools that have no policy of their own. */
            pool: string | null;
            action: components["schemas"]["OutOfSessionAction"];
            forward_to_last4: string | null;
            time_limit_seconds: components["schemas"]["ForwardSeconds"];
            url: string | null;
            on_failure: components["schemas"]["OutOfSessionFallback"];
            previous_secret_expires_at: components["schemas"]["NullableTimestamp"];
            created_at: components["schemas"]["Timestamp"];
            updated_at: components["schemas"]["Timestamp"];
        };
        OutOfSessionRuleWithSecret: {
            id: string;
            livemode: boolean;
            pool: string | null;
            action: components["schemas"]["OutOfSessionAction"];
            forward_to_last4: string | null;
            time_limit_seconds: components["schemas"]["ForwardSeconds"];
            url: string | null;
            on_failure: components["schemas"]["OutOfSessionFallback"];
            previous_secret_expires_at: components["schemas"]["NullableTimestamp"];
            created_at: components["schemas"]["Timestamp"];
            updated_at: components["schemas"]["Timestamp"];
            /** @description Of Standard Webhooks. Null: it is the one that you have. */
            secret: string | null;
        };
        OutOfSessionRuleList: {
            data: components["schemas"]["OutOfSessionRule"][];
            has_more: boolean;
        };
        RouteQuestion: {
            /** @description The dialled DID. */
            to: components["schemas"]["PhoneText"];
            /** @description The caller as the carrier would show it; absent, null, empty or `anonymous` for a withheld one. */
            from?: string | null;
        };
        /**
         * @description `ask` is an explanation's only: your endpoint would be asked; no call ends with it.
         * @enum {string}
         */
        RouteDecision: "bridge" | "announce" | "ask_pin" | "forward" | "reject" | "ask";
        /** @enum {string} */
        RouteReason: "live_binding" | "listing_call" | "listing_seller" | "listing_unavailable" | "pin_accepted" | "pin_required" | "pin_failed" | "pin_locked" | "grace_binding" | "grace_forward" | "unknown_did" | "tenant_suspended" | "caller_withheld" | "direction_not_allowed" | "caller_id_not_owned" | "session_ended" | "session_expired" | "phone_replaced" | "session_rehomed" | "call_limit_reached" | "outside_call_window" | "caller_blocked" | "pair_limit_reached" | "caller_not_allowed";
        RouteStep: {
            rule: string;
            /** @enum {string} */
            outcome: "pass" | "match" | "stop";
            detail: string;
        };
        RouteExplanation: {
            decision: components["schemas"]["RouteDecision"];
            reason: components["schemas"]["RouteReason"];
            session: string | null;
            /** @description The masking number that the called phone would see. */
            caller_id: string | null;
            trace: components["schemas"]["RouteStep"][];
        };
        /**
         * @description `call`: a call that is over. `recording`: of a call between the parties. `did_month`: a DID in service in a month.
         *     `session`: not charged yet. `month_adjustment`: what an allowance or tiers make of a month.
         * @enum {string}
         */
        UsageKind: "call" | "recording" | "did_month" | "session" | "month_adjustment";
        UsageSums: {
            start: components["schemas"]["Timestamp"];
            end: components["schemas"]["Timestamp"];
            /** @enum {string} */
            granularity: "hour" | "day" | "month";
            data: components["schemas"]["UsageSum"][];
            /** @description Whether there are more rows than `limit`. */
            truncated: boolean;
        };
        UsageSum: {
            period_start: components["schemas"]["Timestamp"];
            kind: components["schemas"]["UsageKind"];
            /** @description Its id; null unless it is grouped by. */
            pool: string | null;
            /** @description Its id; null unless it is grouped by. */
            did: string | null;
            /** @description Null unless it is grouped by. */
            transaction_ref: string | null;
            /** @description How many things of the kind, billable or not. */
            quantity: number;
            billable_quantity: number;
            /** @description Of calls, for how long the two talked. */
            seconds: number;
            billed_seconds: number;
            /** @description Null where there is no amount. */
            currency: string | null;
            /** @description In minor units. */
            amount: number | null;
        };
        UsageRecordCall: {
            id: string;
            status: components["schemas"]["CallStatus"];
            decision: components["schemas"]["RouteDecision"];
            started_at: components["schemas"]["Timestamp"];
            ended_at: components["schemas"]["NullableTimestamp"];
            confirmed_by: components["schemas"]["ConfirmedBy"];
        } | null;
        UsageRecord: {
            id: string;
            kind: components["schemas"]["UsageKind"];
            /**
             * @description `reversal` takes a charge back that has turned out to be wrong; a `charge` that `corrects` another takes its place.
             * @enum {string}
             */
            entry: "charge" | "reversal" | "adjustment";
            livemode: boolean;
            /** @description The first line of the same thing; null when this is it. */
            corrects: string | null;
            /** @description When the call came; the time that plan and month go by. */
            occurred_at: components["schemas"]["Timestamp"];
            recorded_at: components["schemas"]["Timestamp"];
            call: components["schemas"]["UsageRecordCall"];
            session: string | null;
            transaction_ref: string | null;
            did: string | null;
            pool: string | null;
            /** @description What the line is about: the id of the call, recording or DID; of an adjustment, plan and rate. */
            subject: string;
            /** @description The country that was called; the DID's where nobody has said. */
            destination: string | null;
            billable: boolean;
            /**
             * @description Why it is not billable: `not_bridged`, `not_answered`, `no_duration`, `test_mode`. Or why what is billable has no amount: `no_plan`,
             *     `no_rate`. Of an adjustment, `allowance_and_tiers`.
             * @enum {string|null}
             */
            reason: "not_bridged" | "not_answered" | "no_duration" | "test_mode" | "no_plan" | "no_rate" | "allowance_and_tiers" | null;
            /** @description 1 of a charge, -1 of a reversal, 0 of an adjustment. */
            quantity: number;
            seconds: number;
            /** @description Rounded up to the pulse. */
            billed_seconds: number;
            /** @description What the seconds of a call were counted from. */
            legs: {
                caller_seconds: number;
                talked_seconds: number[];
            } | null;
            currency: string | null;
            /** @description In minor units. */
            amount: number | null;
            plan: string | null;
            rate: string | null;
            /**
             * @description What the line was written from.
             * @enum {string}
             */
            source: "event" | "cdr" | "job";
        };
        UsageRecordList: {
            data: components["schemas"]["UsageRecord"][];
            has_more: boolean;
        };
        UsageEstimate: {
            /** @description As 2026-06. */
            month: string;
            as_of: components["schemas"]["Timestamp"];
            data: {
                currency: string;
                /** @description What the lines add up to so far. */
                recorded: number;
                /** @description What allowances and tiers are still to make of it. */
                adjustments: number;
                /** @description Both together. */
                amount: number;
            }[];
        };
        /** @description In millionths of the currency's unit. */
        PriceMicros: number;
        /** @description In millionths of the currency's unit: 0.45 INR is 450000. */
        PricePerMinute: number;
        PulseSeconds: number;
        /** @description In millionths of the currency's unit. */
        SmallPrice: number;
        /** @description Billed seconds by this rate that a month has free. */
        FreeSeconds: number;
        /** @description What further seconds cost once so many were billed by this rate in the month, the free ones counted. */
        PriceTiers: {
            from_seconds: number;
            price_per_minute_micros: components["schemas"]["PricePerMinute"];
        }[];
        /** @description A country, or `*` for every other one. */
        CountryOrAll: string;
        CallRate: {
            destination: components["schemas"]["CountryOrAll"];
            /**
             * @description `conversation`: from the answer of the called party to its end. `all_legs`: and the caller's leg, each rounded up by itself.
             * @default conversation
             * @enum {string}
             */
            measure: "conversation" | "all_legs";
            price_per_minute_micros: components["schemas"]["PricePerMinute"];
            initial_seconds: components["schemas"]["PulseSeconds"];
            increment_seconds: components["schemas"]["PulseSeconds"];
            /** @default 0 */
            setup_micros: components["schemas"]["SmallPrice"];
            /** @default 0 */
            minimum_micros: components["schemas"]["SmallPrice"];
            /** @default 0 */
            free_seconds_per_month: components["schemas"]["FreeSeconds"];
            /** @default [] */
            tiers: components["schemas"]["PriceTiers"];
        };
        /** @description Null, recordings are recorded without an amount. */
        RecordingRate: {
            price_per_minute_micros: components["schemas"]["PricePerMinute"];
            initial_seconds: components["schemas"]["PulseSeconds"];
            increment_seconds: components["schemas"]["PulseSeconds"];
            /** @default 0 */
            setup_micros: components["schemas"]["SmallPrice"];
            /** @default 0 */
            minimum_micros: components["schemas"]["SmallPrice"];
            /** @default 0 */
            free_seconds_per_month: components["schemas"]["FreeSeconds"];
            /** @default [] */
            tiers: components["schemas"]["PriceTiers"];
        } | null;
        PlanTerms: {
            calls: components["schemas"]["CallRate"][];
            /** @default null */
            recordings: components["schemas"]["RecordingRate"];
            /**
             * @description What a DID costs in each month that it is in service in.
             * @default []
             */
            did_months: {
                country: components["schemas"]["CountryOrAll"];
                price_micros: components["schemas"]["PriceMicros"];
            }[];
        };
        PlanCreate: {
            name: components["schemas"]["Name"];
            /** @description By ISO 4217. */
            currency: string;
            terms: components["schemas"]["PlanTerms"];
        };
        Plan: {
            id: string;
            name: string;
            version: number;
            currency: string;
            terms: components["schemas"]["PlanTerms"];
            created_at: components["schemas"]["Timestamp"];
        };
        PlanList: {
            data: components["schemas"]["Plan"][];
            has_more: boolean;
        };
        PlanAssign: {
            plan: string | null;
            /**
             * Format: date-time
             * @description Now when absent, and not in the past.
             */
            valid_from?: string;
        };
        PlanAssignment: {
            plan: string | null;
            valid_from: components["schemas"]["Timestamp"];
            /** @description When the next one begins. */
            valid_until: components["schemas"]["NullableTimestamp"];
        };
        PlanAssignmentList: {
            data: components["schemas"]["PlanAssignment"][];
        };
        /** @enum {string} */
        CallStatus: "ringing" | "in_progress" | "completed" | "busy" | "no_answer" | "canceled" | "failed";
        Call: {
            id: string;
            livemode: boolean;
            direction: components["schemas"]["CallDirection"];
            session: string | null;
            /** @description The dialled DID in E.164. */
            did: string;
            /** @enum {string|null} */
            caller_party: "a" | "b" | null;
            decision: components["schemas"]["RouteDecision"];
            reason: components["schemas"]["RouteReason"];
            status: components["schemas"]["CallStatus"];
            /** @description Whether the other side was reached, as far as is known. */
            answered: boolean;
            /** @description Answered seconds of the caller's leg. */
            duration_seconds: number | null;
            /** @description As Vobiz names it, of the caller's leg. */
            hangup_cause: string | null;
            hangup: components["schemas"]["CallHangup"];
            /** @description Whether a recording of it is finished. */
            has_recording: boolean;
            /** @description The key that the caller pressed when asked for one. */
            rating: number | null;
            confirmed_by: components["schemas"]["ConfirmedBy"];
            trace: components["schemas"]["RouteStep"][];
            /** @description When it came to us. */
            started_at: components["schemas"]["Timestamp"];
            /** @description When the other side answered. */
            answered_at: components["schemas"]["NullableTimestamp"];
            ended_at: components["schemas"]["NullableTimestamp"];
        };
        /**
         * @description `outbound`: placed by us, at your wish. Its caller is the party that was rung first.
         * @enum {string}
         */
        CallDirection: "inbound" | "outbound";
        SessionCall: {
            /**
             * @description The party that is rung first.
             * @enum {string}
             */
            from: "a" | "b";
        };
        CallDetail: {
            id: string;
            livemode: boolean;
            direction: components["schemas"]["CallDirection"];
            session: string | null;
            /** @description The dialled DID in E.164. */
            did: string;
            /** @enum {string|null} */
            caller_party: "a" | "b" | null;
            decision: components["schemas"]["RouteDecision"];
            reason: components["schemas"]["RouteReason"];
            status: components["schemas"]["CallStatus"];
            /** @description Whether the other side was reached, as far as is known. */
            answered: boolean;
            /** @description Answered seconds of the caller's leg. */
            duration_seconds: number | null;
            /** @description As Vobiz names it, of the caller's leg. */
            hangup_cause: string | null;
            hangup: components["schemas"]["CallHangup"];
            /** @description Whether a recording of it is finished. */
            has_recording: boolean;
            /** @description The key that the caller pressed when asked for one. */
            rating: number | null;
            confirmed_by: components["schemas"]["ConfirmedBy"];
            trace: components["schemas"]["RouteStep"][];
            /** @description When it came to us. */
            started_at: components["schemas"]["Timestamp"];
            /** @description When the other side answered. */
            answered_at: components["schemas"]["NullableTimestamp"];
            ended_at: components["schemas"]["NullableTimestamp"];
            cost: components["schemas"]["CallCost"];
            /** @description The caller's first; 100 at most. */
            legs: components["schemas"]["CallLeg"][];
            /** @description What was heard of it, in the order in which it came; the first 200. */
            timeline: components["schemas"]["CallStep"][];
        };
        /** @enum {string} */
        HangupReason: "caller_hung_up" | "callee_hung_up" | "hung_up_by_us" | "busy" | "no_answer" | "rejected" | "canceled" | "answered_elsewhere" | "time_limit" | "unreachable" | "blocked" | "no_capacity" | "out_of_credit" | "our_document" | "provider_error" | "unknown";
        /**
         * @description What the end is known by: an event, or the provider's records. Null while it has not ended, or nobody knows how.
         * @enum {string|null}
         */
        ConfirmedBy: "event" | "cdr" | null;
        CallHangup: {
            /** @description Why the call is over, in words that do not change. */
            reason: components["schemas"]["HangupReason"];
            /** @description Vobiz' code, of the leg that decided. */
            code: number | null;
            /** @description Who ended it, as Vobiz names it. */
            source: string | null;
        } | null;
        /** @description What the provider charged for all legs. Null while a leg's cost is not known. */
        CallCost: {
            /** @description In millionths of the currency. */
            amount_micros: number;
            currency: string;
        } | null;
        CallLeg: {
            /** @description Vobiz' id of it. */
            id: string;
            /**
             * @description A: the caller to us. B: us to a phone of the other side.
             * @enum {string}
             */
            side: "A" | "B";
            party: components["schemas"]["NullableSide"];
            /** @description Of its number among those that ring together, from 1. */
            position: number | null;
            phone_last4: string | null;
            started_at: components["schemas"]["NullableTimestamp"];
            answered_at: components["schemas"]["NullableTimestamp"];
            ended_at: components["schemas"]["NullableTimestamp"];
            /** @description Answered seconds. */
            duration_seconds: number | null;
            /** @description As Vobiz says. */
            billed_seconds: number | null;
            hangup: {
                reason: components["schemas"]["HangupReason"];
                code: number | null;
                cause: string | null;
                name: string | null;
                source: string | null;
            } | null;
            cost: {
                /** @description Exactly as Vobiz wrote it. */
                amount: string;
                amount_micros: number;
                currency: string;
            } | null;
            confirmed_by: components["schemas"]["ConfirmedBy"];
        };
        CallStep: {
            /** @description When it was first heard. */
            at: components["schemas"]["Timestamp"];
            /** @description An event (`answer`, `dial_answer`, `hangup`…), `cdr` for the provider's records, `not_placed` for a call of ours that did not come to be, `lost` when nobody knows its end. */
            kind: string;
            /** @description The other leg that it is about. */
            leg: string | null;
            /** @description What it said, but for numbers, pressed digits and addresses. Fields that were empty are left out. */
            said: {
                [key: string]: unknown;
            };
        };
        CallList: {
            data: components["schemas"]["Call"][];
            has_more: boolean;
        };
        /** @enum {string} */
        EventType: "session.created" | "session.updated" | "session.rehomed" | "session.expiring" | "session.ended" | "call.ringing" | "call.answered" | "call.completed" | "call.failed" | "call.rejected" | "pool.exhausted" | "api_key.created" | "api_key.revoked" | "webhook_endpoint.disabled" | "webhook.test" | "did.unhealthy" | "pool.low" | "call.recording_ready" | "did.drifted" | "usage.threshold_reached" | "usage.cap_reached";
        Event: components["schemas"]["SessionCreatedEvent"] | components["schemas"]["SessionUpdatedEvent"] | components["schemas"]["SessionRehomedEvent"] | components["schemas"]["SessionExpiringEvent"] | components["schemas"]["SessionEndedEvent"] | components["schemas"]["CallRingingEvent"] | components["schemas"]["CallAnsweredEvent"] | components["schemas"]["CallCompletedEvent"] | components["schemas"]["CallFailedEvent"] | components["schemas"]["CallRejectedEvent"] | components["schemas"]["PoolExhaustedEvent"] | components["schemas"]["ApiKeyCreatedEvent"] | components["schemas"]["ApiKeyRevokedEvent"] | components["schemas"]["WebhookEndpointDisabledEvent"] | components["schemas"]["WebhookTestEvent"] | components["schemas"]["DidUnhealthyEvent"] | components["schemas"]["PoolLowEvent"] | components["schemas"]["CallRecordingReadyEvent"] | components["schemas"]["DidDriftedEvent"] | components["schemas"]["UsageThresholdReachedEvent"] | components["schemas"]["UsageCapReachedEvent"];
        EventList: {
            data: components["schemas"]["Event"][];
            /** @description Whether there is more to be had at once. */
            has_more: boolean;
            /**
             * @description What to give as `after` the next time: events that the filters left out are behind it too. Null: there is
             *     nothing yet.
             */
            next_after: string | null;
        };
        /** @enum {string|null} */
        NullableSide: "a" | "b" | null;
        MaskingNumbers: {
            a: string;
            b: string;
        };
        /**
         * @description Of the shape of `data`. Fields may be added to a version.
         * @constant
         */
        EventVersion: 1;
        /** @description Its number within its session, from 1, without gaps. */
        EventSequence: number;
        /** @description Its number within its session, if it has one. */
        NullableEventSequence: number | null;
        SessionCreatedEvent: {
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "session.created";
            version: components["schemas"]["EventVersion"];
            livemode: boolean;
            created_at: components["schemas"]["Timestamp"];
            session: string;
            call: null;
            sequence: components["schemas"]["EventSequence"];
            data: {
                transaction_ref: string | null;
                /** @description The id of the pool. */
                pool: string;
                expires_at: components["schemas"]["Timestamp"];
            };
        };
        SessionUpdatedEvent: {
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "session.updated";
            version: components["schemas"]["EventVersion"];
            livemode: boolean;
            created_at: components["schemas"]["Timestamp"];
            session: string;
            call: null;
            sequence: components["schemas"]["EventSequence"];
            data: {
                /** @description The fields of the session that were set. */
                changed: ("status" | "ended_at" | "expires_at" | "direction" | "ring_timeout_seconds" | "max_call_seconds" | "after_end" | "metadata" | "voice" | "parties.a.phones" | "parties.a.role" | "parties.b.phones" | "parties.b.role")[];
            };
        };
        SessionRehomedEvent: {
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "session.rehomed";
            version: components["schemas"]["EventVersion"];
            livemode: boolean;
            created_at: components["schemas"]["Timestamp"];
            session: string;
            call: null;
            sequence: components["schemas"]["EventSequence"];
            data: {
                from: components["schemas"]["MaskingNumbers"];
                to: components["schemas"]["MaskingNumbers"];
            };
        };
        SessionExpiringEvent: {
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "session.expiring";
            version: components["schemas"]["EventVersion"];
            livemode: boolean;
            created_at: components["schemas"]["Timestamp"];
            session: string;
            call: null;
            sequence: components["schemas"]["EventSequence"];
            data: {
                transaction_ref: string | null;
                expires_at: components["schemas"]["Timestamp"];
            };
        };
        SessionEndedEvent: {
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "session.ended";
            version: components["schemas"]["EventVersion"];
            livemode: boolean;
            created_at: components["schemas"]["Timestamp"];
            session: string;
            call: null;
            sequence: components["schemas"]["EventSequence"];
            data: {
                transaction_ref: string | null;
                /** @enum {string} */
                reason: "ended" | "immediately" | "first_call_over" | "expired";
                /** @description The status after it: grace while a stage is in force. */
                status: components["schemas"]["SessionStatus"];
                grace_ends_at: components["schemas"]["NullableTimestamp"];
            };
        };
        CallRingingEvent: {
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "call.ringing";
            version: components["schemas"]["EventVersion"];
            livemode: boolean;
            created_at: components["schemas"]["Timestamp"];
            session: string | null;
            call: string;
            sequence: components["schemas"]["NullableEventSequence"];
            data: {
                /** @description The dialled masking number. */
                did: string;
                caller_party: components["schemas"]["NullableSide"];
                /** @enum {string} */
                decision: "bridge" | "forward";
                reason: components["schemas"]["RouteReason"];
            };
        };
        CallAnsweredEvent: {
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "call.answered";
            version: components["schemas"]["EventVersion"];
            livemode: boolean;
            created_at: components["schemas"]["Timestamp"];
            session: string | null;
            call: string;
            sequence: components["schemas"]["NullableEventSequence"];
            data: {
                caller_party: components["schemas"]["NullableSide"];
                /** @enum {string} */
                decision: "bridge" | "forward";
            };
        };
        CallCompletedEvent: {
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "call.completed";
            version: components["schemas"]["EventVersion"];
            livemode: boolean;
            created_at: components["schemas"]["Timestamp"];
            session: string | null;
            call: string;
            sequence: components["schemas"]["NullableEventSequence"];
            data: {
                caller_party: components["schemas"]["NullableSide"];
                /** @enum {string} */
                decision: "bridge" | "forward";
                status: components["schemas"]["CallStatus"];
                /** @description Whether the other party was reached, as far as is known by now. */
                answered: boolean;
                duration_seconds: number | null;
                hangup_cause: string | null;
                hangup_reason?: components["schemas"]["HangupReason"];
            };
        };
        CallFailedEvent: {
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "call.failed";
            version: components["schemas"]["EventVersion"];
            livemode: boolean;
            created_at: components["schemas"]["Timestamp"];
            session: string | null;
            call: string;
            sequence: components["schemas"]["NullableEventSequence"];
            data: {
                caller_party: components["schemas"]["NullableSide"];
                /** @enum {string} */
                decision: "bridge" | "forward";
                status: components["schemas"]["CallStatus"];
                /** @description Whether the other party was reached, as far as is known by now. */
                answered: boolean;
                duration_seconds: number | null;
                hangup_cause: string | null;
                hangup_reason?: components["schemas"]["HangupReason"];
            };
        };
        CallRejectedEvent: {
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "call.rejected";
            version: components["schemas"]["EventVersion"];
            livemode: boolean;
            created_at: components["schemas"]["Timestamp"];
            session: string | null;
            call: string;
            sequence: components["schemas"]["NullableEventSequence"];
            data: {
                /** @description The dialled masking number. */
                did: string;
                caller_party: components["schemas"]["NullableSide"];
                /** @enum {string} */
                decision: "announce" | "reject";
                reason: components["schemas"]["RouteReason"];
            };
        };
        PoolExhaustedEvent: {
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "pool.exhausted";
            version: components["schemas"]["EventVersion"];
            livemode: boolean;
            created_at: components["schemas"]["Timestamp"];
            session: null;
            call: null;
            sequence: null;
            data: {
                /** @description The id of the pool. */
                pool: string;
                /** @enum {string} */
                party: "a" | "b" | "both";
                dids_in_pool: number;
                dids_held: number;
                dids_needed: number;
            };
        };
        ApiKeyCreatedEvent: {
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "api_key.created";
            version: components["schemas"]["EventVersion"];
            livemode: boolean;
            created_at: components["schemas"]["Timestamp"];
            session: null;
            call: null;
            sequence: null;
            data: {
                api_key: string;
                scopes: components["schemas"]["Scope"][];
                /** @description The key that it was rotated from. */
                replaces: string | null;
            };
        };
        ApiKeyRevokedEvent: {
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "api_key.revoked";
            version: components["schemas"]["EventVersion"];
            livemode: boolean;
            created_at: components["schemas"]["Timestamp"];
            session: null;
            call: null;
            sequence: null;
            data: {
                api_key: string;
            };
        };
        WebhookEndpointDisabledEvent: {
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "webhook_endpoint.disabled";
            version: components["schemas"]["EventVersion"];
            livemode: boolean;
            created_at: components["schemas"]["Timestamp"];
            session: null;
            call: null;
            sequence: null;
            data: {
                endpoint: string;
                /** @enum {string} */
                reason: "gone" | "failing";
                failing_since: components["schemas"]["Timestamp"];
            };
        };
        WebhookTestEvent: {
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "webhook.test";
            version: components["schemas"]["EventVersion"];
            livemode: boolean;
            created_at: components["schemas"]["Timestamp"];
            session: null;
            call: null;
            sequence: null;
            data: {
                endpoint: string;
            };
        };
        DidUnhealthyEvent: {
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "did.unhealthy";
            version: components["schemas"]["EventVersion"];
            livemode: boolean;
            created_at: components["schemas"]["Timestamp"];
            session: null;
            call: null;
            sequence: null;
            data: {
                did: string;
                e164: string;
                /** @description The id of the pool. */
                pool: string;
                health: number;
            };
        };
        PoolLowEvent: {
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "pool.low";
            version: components["schemas"]["EventVersion"];
            livemode: boolean;
            created_at: components["schemas"]["Timestamp"];
            session: null;
            call: null;
            sequence: null;
            data: {
                /** @description The id of the pool. */
                pool: string;
                /** @description Active ones that are not reserved. */
                dids_in_pool: number;
                /** @description Of these, live or cooling. */
                dids_held_by_busiest: number;
                /** @description The share, rounded down. */
                percent: number;
            };
        };
        CallRecordingReadyEvent: {
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "call.recording_ready";
            version: components["schemas"]["EventVersion"];
            livemode: boolean;
            created_at: components["schemas"]["Timestamp"];
            session: string | null;
            call: string;
            sequence: components["schemas"]["NullableEventSequence"];
            data: {
                /** @description The id of the recording. */
                recording: string;
                /** @description Null when it was not told. */
                duration_seconds: number | null;
            };
        };
        DidDriftedEvent: {
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "did.drifted";
            version: components["schemas"]["EventVersion"];
            livemode: boolean;
            created_at: components["schemas"]["Timestamp"];
            session: null;
            call: null;
            sequence: null;
            data: {
                did: string;
                e164: string;
                /** @description The setting that differs. */
                what: string;
                expected: string | null;
                /** @description What Vobiz has; null for nothing. */
                found: string | null;
            };
        };
        UsageThresholdReachedEvent: {
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "usage.threshold_reached";
            version: components["schemas"]["EventVersion"];
            livemode: boolean;
            created_at: components["schemas"]["Timestamp"];
            session: null;
            call: null;
            sequence: null;
            data: {
                /** @enum {integer} */
                percent: 50 | 80 | 100;
                /** @enum {string} */
                kind: "cap" | "balance";
                currency: string;
                /** @description What was used. */
                amount_minor: number;
                limit_minor: number;
            };
        };
        UsageCapReachedEvent: {
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "usage.cap_reached";
            version: components["schemas"]["EventVersion"];
            livemode: boolean;
            created_at: components["schemas"]["Timestamp"];
            session: null;
            call: null;
            sequence: null;
            data: {
                currency: string;
                /** @description What was used. */
                amount_minor: number;
                limit_minor: number;
            };
        };
        Deleted: {
            id: string;
            /** @constant */
            deleted: true;
        };
        /**
         * @description `https`, at port 443 or 8443, of a host in the public internet, and without user and password. Redirects are not
         *     followed.
         */
        WebhookUrl: string;
        /** @description Which events are sent. Null: all. */
        WebhookTypes: components["schemas"]["EventType"][] | null;
        /**
         * @description `session`: the events of a session are sent one after the other, in their order; while one is to be tried again, the
         *     later ones of its session wait. `none`: as soon as possible.
         * @enum {string}
         */
        WebhookOrdering: "none" | "session";
        /** @description How many requests are made at the same time. */
        WebhookConcurrency: number;
        WebhookDescription: string | null;
        /** @enum {string} */
        WebhookEndpointStatus: "enabled" | "disabled";
        WebhookEndpointCreate: {
            url: components["schemas"]["WebhookUrl"];
            description?: components["schemas"]["WebhookDescription"];
            types?: components["schemas"]["WebhookTypes"];
            ordering?: components["schemas"]["WebhookOrdering"];
            max_concurrency?: components["schemas"]["WebhookConcurrency"];
        };
        WebhookEndpointUpdate: {
            url?: components["schemas"]["WebhookUrl"];
            description?: components["schemas"]["WebhookDescription"];
            types?: components["schemas"]["WebhookTypes"];
            ordering?: components["schemas"]["WebhookOrdering"];
            max_concurrency?: components["schemas"]["WebhookConcurrency"];
            status?: components["schemas"]["WebhookEndpointStatus"];
        };
        WebhookEndpoint: {
            id: string;
            livemode: boolean;
            url: string;
            description: string | null;
            types: components["schemas"]["WebhookTypes"];
            ordering: components["schemas"]["WebhookOrdering"];
            max_concurrency: components["schemas"]["WebhookConcurrency"];
            status: components["schemas"]["WebhookEndpointStatus"];
            /**
             * @description `gone`: it answered 410. `failing`: only failures for 5 days. `tenant`: you have disabled it.
             * @enum {string|null}
             */
            disabled_reason: "gone" | "failing" | "tenant" | null;
            /** @description The first failure since the last success. */
            failing_since: components["schemas"]["NullableTimestamp"];
            /** @description Nothing is sent before: it asked for that by `Retry-After`, or it has failed for a while. */
            held_until: components["schemas"]["NullableTimestamp"];
            previous_secret_expires_at: components["schemas"]["NullableTimestamp"];
            created_at: components["schemas"]["Timestamp"];
            updated_at: components["schemas"]["Timestamp"];
        };
        WebhookEndpointWithSecret: {
            id: string;
            livemode: boolean;
            url: string;
            description: string | null;
            types: components["schemas"]["WebhookTypes"];
            ordering: components["schemas"]["WebhookOrdering"];
            max_concurrency: components["schemas"]["WebhookConcurrency"];
            status: components["schemas"]["WebhookEndpointStatus"];
            /**
             * @description `gone`: it answered 410. `failing`: only failures for 5 days. `tenant`: you have disabled it.
             * @enum {string|null}
             */
            disabled_reason: "gone" | "failing" | "tenant" | null;
            /** @description The first failure since the last success. */
            failing_since: components["schemas"]["NullableTimestamp"];
            /** @description Nothing is sent before: it asked for that by `Retry-After`, or it has failed for a while. */
            held_until: components["schemas"]["NullableTimestamp"];
            previous_secret_expires_at: components["schemas"]["NullableTimestamp"];
            created_at: components["schemas"]["Timestamp"];
            updated_at: components["schemas"]["Timestamp"];
            /** @description `whsec_…`. Verify messages with it; it is not shown again. */
            secret: string;
        };
        WebhookEndpointList: {
            data: components["schemas"]["WebhookEndpoint"][];
            has_more: boolean;
        };
        WebhookSecretRotate: {
            /**
             * @description How long the old secret signs as well.
             * @default 86400
             */
            overlap_seconds: number;
        };
        WebhookTest: {
            /** @description The id of the test event. */
            event: string;
        };
        /**
         * @description `failed`: all attempts have. `canceled`: given up when the endpoint was disabled.
         * @enum {string}
         */
        WebhookDeliveryStatus: "pending" | "delivered" | "failed" | "canceled";
        /**
         * @description Why there was no answer.
         * @enum {string|null}
         */
        WebhookError: "timeout" | "address_refused" | "dns" | "tls" | "connection" | "response_too_large" | null;
        WebhookDelivery: {
            id: string;
            endpoint: string;
            event: string;
            session: string | null;
            /** @enum {string} */
            trigger: "event" | "test" | "redelivery" | "replay";
            status: components["schemas"]["WebhookDeliveryStatus"];
            attempt_count: number;
            next_attempt_at: components["schemas"]["NullableTimestamp"];
            /** @description What was answered to the last attempt. */
            last_status: number | null;
            last_error: components["schemas"]["WebhookError"];
            created_at: components["schemas"]["Timestamp"];
            finished_at: components["schemas"]["NullableTimestamp"];
        };
        WebhookDeliveryWithAttempts: {
            id: string;
            endpoint: string;
            event: string;
            session: string | null;
            /** @enum {string} */
            trigger: "event" | "test" | "redelivery" | "replay";
            status: components["schemas"]["WebhookDeliveryStatus"];
            attempt_count: number;
            next_attempt_at: components["schemas"]["NullableTimestamp"];
            /** @description What was answered to the last attempt. */
            last_status: number | null;
            last_error: components["schemas"]["WebhookError"];
            created_at: components["schemas"]["Timestamp"];
            finished_at: components["schemas"]["NullableTimestamp"];
            attempts: components["schemas"]["WebhookAttempt"][];
        };
        WebhookAttempt: {
            number: number;
            at: components["schemas"]["Timestamp"];
            duration_ms: number;
            status: number | null;
            error: components["schemas"]["WebhookError"];
        };
        WebhookDeliveryList: {
            data: components["schemas"]["WebhookDelivery"][];
            has_more: boolean;
        };
        WebhookReplayCreate: {
            /** Format: date-time */
            since: string;
            /** Format: date-time */
            until?: string;
            types?: components["schemas"]["WebhookTypes"];
            /** @default false */
            only_failed: boolean;
        };
        WebhookReplay: {
            id: string;
            endpoint: string;
            since: components["schemas"]["Timestamp"];
            until: components["schemas"]["Timestamp"];
            types: components["schemas"]["WebhookTypes"];
            only_failed: boolean;
            /**
             * @description `canceled`: the endpoint was disabled or deleted meanwhile.
             * @enum {string}
             */
            status: "running" | "done" | "canceled";
            /** @description How many events there are in the range. */
            events: number;
            /** @description How many of them it has looked at. */
            looked_at: number;
            /** @description How many of them are sent again. */
            queued: number;
            created_at: components["schemas"]["Timestamp"];
            finished_at: components["schemas"]["NullableTimestamp"];
        };
        /** @description What Vobiz posts; every field is optional and others may come. */
        VobizEvent: {
            Event?: string;
            CallUUID?: string;
            From?: string;
            To?: string;
            Direction?: string;
            CallStatus?: string;
        } & {
            [key: string]: unknown;
        };
        DeadJob: {
            id: string;
            /** @description What kind of job it is. */
            task: string;
            /** @description Whose it is; null when it is nobody's in particular. */
            tenant: string | null;
            attempts: number;
            /** @description Why the last attempt failed. Holds no number and no secret. */
            last_error: string | null;
            created_at: components["schemas"]["Timestamp"];
            failed_at: components["schemas"]["Timestamp"];
        };
        DeadJobList: {
            data: components["schemas"]["DeadJob"][];
            has_more: boolean;
        };
    };
    responses: {
        /** @description Refused; see `code` and `errors`. */
        Problem: {
            headers: {
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "/docs/errors/invalid_phone",
                 *       "title": "Not a phone number",
                 *       "status": 422,
                 *       "detail": "A party's phone is not a valid phone number.",
                 *       "code": "invalid_phone",
                 *       "request_id": "req_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                 *       "errors": [
                 *         {
                 *           "pointer": "/parties/a/phone",
                 *           "message": "is not a valid phone number"
                 *         }
                 *       ]
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description What Vobiz does with the call. */
        TelephonyXml: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example <?xml version="1.0" encoding="UTF-8"?>
                 *     <Response><Speak>Connecting your call.</Speak><Dial callerId="+917900000001" timeout="30" timeLimit="3600" action="https://masking.example.com/webhooks/vobiz/whk_x/tenants/ten_x/calls/call_x/dial" method="POST" redirect="true" callbackUrl="https://masking.example.com/webhooks/vobiz/whk_x/tenants/ten_x/calls/call_x/leg" callbackMethod="POST"><Number>+919800000002</Number></Dial></Response>
                 */
                "application/xml": string;
            };
        };
        /** @description Refused or failed; the document is valid all the same, so that a caller never hears a broken line. */
        RefusedXml: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example <?xml version="1.0" encoding="UTF-8"?>
                 *     <Response><Hangup reason="rejected"/></Response>
                 */
                "application/xml": string;
            };
        };
    };
    parameters: {
        /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
        IdempotencyKey: string;
        /** @description As everywhere, but required here, so that a lost answer never allocates, or rings, twice. */
        IdempotencyKeyRequired: string;
        Limit: number;
        /** @description The id of the last object of the page before. */
        StartingAfter: string;
        TenantId: string;
        KeyId: string;
        ProviderAccountId: string;
        /** @description The pool's id or its name. */
        PoolId: string;
        DidId: string;
        SessionId: string;
        ListingId: string;
        CallId: string;
        /** @description From this time on; when absent, the beginning of the running month. */
        UsageStart: string;
        /** @description Before this time; when absent, now. */
        UsageEnd: string;
        UsageKind: components["schemas"]["UsageKind"];
        /** @description Only lines of this call. */
        UsageCall: string;
        /** @description Only what went through DIDs of this pool, by its id. */
        UsagePool: string;
        /** @description Only what went through this DID, by its id. */
        UsageDid: string;
        /** @description Only what belongs to sessions of this transaction. */
        UsageTransactionRef: string;
        PlanId: string;
        EventId: string;
        BlockId: string;
        PolicyId: string;
        WebhookEndpointId: string;
        WebhookDeliveryId: string;
        WebhookReplayId: string;
        OperationId: string;
        JobId: string;
        /** @description The secret of the provider account, from its `webhook_url`. */
        WebhookToken: string;
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listTenants: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                /** @description The id of the last object of the page before. */
                starting_after?: components["parameters"]["StartingAfter"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of tenants, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createTenant: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Acme Rides",
                 *       "vertical": "ride_hailing",
                 *       "default_country": "IN"
                 *     }
                 */
                "application/json": components["schemas"]["TenantCreate"];
            };
        };
        responses: {
            /** @description The tenant. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ten_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "name": "Acme Rides",
                     *       "vertical": "ride_hailing",
                     *       "default_country": "IN",
                     *       "status": "active",
                     *       "out_of_session_policy": "announce",
                     *       "voice": {},
                     *       "created_at": "2026-06-08T06:07:34.130Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getTenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tenant. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    updateTenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "status": "suspended"
                 *     }
                 */
                "application/json": components["schemas"]["TenantUpdate"];
            };
        };
        responses: {
            /** @description The tenant as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listTenantApiKeys: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                /** @description The id of the last object of the page before. */
                starting_after?: components["parameters"]["StartingAfter"];
            };
            header?: never;
            path: {
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of keys, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createTenantApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "backend",
                 *       "livemode": true
                 *     }
                 */
                "application/json": components["schemas"]["ApiKeyCreate"];
            };
        };
        responses: {
            /** @description The key, with its token. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyWithToken"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    revokeTenantApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: components["parameters"]["TenantId"];
                key_id: components["parameters"]["KeyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key, revoked. Asking again gives the same answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    assignTenantDid: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DidAssign"];
            };
        };
        responses: {
            /** @description The DID. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Did"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listApiKeys: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                /** @description The id of the last object of the page before. */
                starting_after?: components["parameters"]["StartingAfter"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of keys of the calling key's mode, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "reporting",
                 *       "scopes": [
                 *         "sessions:read",
                 *         "calls:read"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["ApiKeyCreate"];
            };
        };
        responses: {
            /** @description The key, with its token. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyWithToken"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    revokeApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key_id: components["parameters"]["KeyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key, revoked. Asking again gives the same answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    rotateApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                key_id: components["parameters"]["KeyId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyRotate"];
            };
        };
        responses: {
            /** @description The new key, with its token. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyWithToken"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listProviderAccounts: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                /** @description The id of the last object of the page before. */
                starting_after?: components["parameters"]["StartingAfter"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of accounts, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderAccountList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createProviderAccount: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "provider": "vobiz",
                 *       "auth_id": "MA_XXXXXXXX",
                 *       "auth_token": "test_token",
                 *       "signature_mode": "if_present"
                 *     }
                 */
                "application/json": components["schemas"]["ProviderAccountCreate"];
            };
        };
        responses: {
            /** @description The account. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderAccount"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getProviderAccount: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                provider_account_id: components["parameters"]["ProviderAccountId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderAccount"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    updateProviderAccount: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                provider_account_id: components["parameters"]["ProviderAccountId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderAccountUpdate"];
            };
        };
        responses: {
            /** @description The account as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderAccount"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    rotateWebhookToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                provider_account_id: components["parameters"]["ProviderAccountId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "overlap_seconds": 86400
                 *     }
                 */
                "application/json": components["schemas"]["WebhookTokenRotate"];
            };
        };
        responses: {
            /** @description The account, with its new URL. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderAccount"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listAccountNumbers: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                page?: number;
            };
            header?: never;
            path: {
                provider_account_id: components["parameters"]["ProviderAccountId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of numbers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "e164": "+917900000000",
                     *           "country": "IN",
                     *           "region": "Gujarat",
                     *           "status": "active",
                     *           "attached_to": "this_account",
                     *           "did": "did_01980f3a6b7c7d2e9f10a1b2c3d4e5f6"
                     *         }
                     *       ],
                     *       "has_more": false
                     *     }
                     */
                    "application/json": components["schemas"]["AccountNumberList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    importAccountNumbers: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                provider_account_id: components["parameters"]["ProviderAccountId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "pool": "default",
                 *       "e164": [
                 *         "+917900000000",
                 *         "+917900000001"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["NumberImport"];
            };
        };
        responses: {
            /** @description The operation that does it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createNumberOrder: {
        parameters: {
            query?: never;
            header: {
                /** @description As everywhere, but required here, so that a lost answer never allocates, or rings, twice. */
                "Idempotency-Key": components["parameters"]["IdempotencyKeyRequired"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "provider_account": "pac_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                 *       "country": "IN",
                 *       "contains": "9179",
                 *       "quantity": 4,
                 *       "pool": "default",
                 *       "max_cost_minor": 240000,
                 *       "currency": "INR"
                 *     }
                 */
                "application/json": components["schemas"]["NumberOrder"];
            };
        };
        responses: {
            /** @description The operation that does it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listOperations: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                /** @description The id of the last object of the page before. */
                starting_after?: components["parameters"]["StartingAfter"];
                status?: components["schemas"]["OperationStatus"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of operations, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getOperation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                operation_id: components["parameters"]["OperationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The operation, and how far it is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "op_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "type": "order_numbers",
                     *       "status": "failed",
                     *       "livemode": true,
                     *       "progress": {
                     *         "done": 1,
                     *         "total": 4
                     *       },
                     *       "result": {
                     *         "bought": [
                     *           {
                     *             "e164": "+917900000000",
                     *             "did": "did_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *             "cost_minor": 60000
                     *           }
                     *         ],
                     *         "spent_minor": 60000,
                     *         "currency": "INR"
                     *       },
                     *       "error": {
                     *         "code": "none_available",
                     *         "message": "The provider has no such number to sell."
                     *       },
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "updated_at": "2026-06-08T06:07:36.500Z",
                     *       "finished_at": "2026-06-08T06:07:36.500Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Operation"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listPools: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                /** @description The id of the last object of the page before. */
                starting_after?: components["parameters"]["StartingAfter"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of pools, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PoolList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createPool: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PoolCreate"];
            };
        };
        responses: {
            /** @description The pool. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "pool_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "name": "pune",
                     *       "livemode": true,
                     *       "cooling_seconds": null,
                     *       "misroute_budget": 0.001,
                     *       "cooling": {
                     *         "seconds": 149208,
                     *         "basis": "budget",
                     *         "redial_delay_seconds": null,
                     *         "redial_samples": 0,
                     *         "measured_at": "2026-06-08T06:07:34.130Z"
                     *       },
                     *       "affinity": "sticky",
                     *       "regions": [
                     *         "pune",
                     *         "maharashtra",
                     *         "*"
                     *       ],
                     *       "region_match": "require",
                     *       "carriers": [
                     *         "airtel"
                     *       ],
                     *       "exhaustion": [
                     *         {
                     *           "step": "other_region"
                     *         },
                     *         {
                     *           "step": "shorter_cooling"
                     *         },
                     *         {
                     *           "step": "other_pool",
                     *           "pool": "mumbai"
                     *         }
                     *       ],
                     *       "low_at_percent": 80,
                     *       "voice": {},
                     *       "active_dids": 0,
                     *       "created_at": "2026-06-08T06:07:34.130Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Pool"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getPool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The pool's id or its name. */
                pool_id: components["parameters"]["PoolId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The pool. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pool"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    updatePool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The pool's id or its name. */
                pool_id: components["parameters"]["PoolId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PoolUpdate"];
            };
        };
        responses: {
            /** @description The pool as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "pool_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "name": "mumbai",
                     *       "livemode": true,
                     *       "cooling_seconds": 3600,
                     *       "misroute_budget": 0.001,
                     *       "cooling": {
                     *         "seconds": 15140,
                     *         "basis": "budget",
                     *         "redial_delay_seconds": 1795,
                     *         "redial_samples": 4180,
                     *         "measured_at": "2026-06-08T06:07:34.130Z"
                     *       },
                     *       "affinity": "least_recently_released",
                     *       "regions": [],
                     *       "region_match": "prefer",
                     *       "carriers": [],
                     *       "exhaustion": [
                     *         {
                     *           "step": "shorter_cooling"
                     *         }
                     *       ],
                     *       "low_at_percent": 80,
                     *       "voice": {},
                     *       "active_dids": 24,
                     *       "created_at": "2026-05-08T06:07:34.130Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Pool"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getPoolCapacity: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The pool's id or its name. */
                pool_id: components["parameters"]["PoolId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The pool as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "pool": "mumbai",
                     *       "active_dids": 24,
                     *       "sessions_live": 3174,
                     *       "bindings_live": 6348,
                     *       "bindings_cooling": 41210,
                     *       "complete": true,
                     *       "busiest_callers": [
                     *         {
                     *           "caller": "caller_9f1c2b7a4d0e",
                     *           "dids_held": 18
                     *         },
                     *         {
                     *           "caller": "caller_03be77c1a95f",
                     *           "dids_held": 17
                     *         }
                     *       ],
                     *       "dids_needed_now": 18,
                     *       "fill": 0.75,
                     *       "forecast": {
                     *         "exhausted_on": "2026-07-02",
                     *         "method": "linear_trend",
                     *         "history_days": 28,
                     *         "growth_per_day": 0.25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["PoolCapacity"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    planCapacity: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CapacityPlanRequest"];
            };
        };
        responses: {
            /** @description The plan. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "dids": {
                     *         "party_classes": [
                     *           {
                     *             "name": "courier",
                     *             "mean": 11,
                     *             "p999": 23,
                     *             "p9999": 25
                     *           },
                     *           {
                     *             "name": "customer",
                     *             "mean": 0.33,
                     *             "p999": 3,
                     *             "p9999": 4
                     *           }
                     *         ],
                     *         "total": {
                     *           "mean": 11,
                     *           "p999": 28,
                     *           "p9999": 30
                     *         }
                     *       },
                     *       "channels": {
                     *         "busy_hour_erlangs": 266.67,
                     *         "per_leg": 309,
                     *         "total": 618
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["CapacityPlan"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listDids: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                /** @description The id of the last object of the page before. */
                starting_after?: components["parameters"]["StartingAfter"];
                /** @description Only DIDs of this pool (name or id). */
                pool?: string;
                status?: components["schemas"]["DidStatus"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of DIDs, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DidList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createDid: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "e164": "+917900000000",
                 *       "provider_account": "pac_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                 *       "pool": "default",
                 *       "region": "mumbai",
                 *       "carrier": "airtel"
                 *     }
                 */
                "application/json": components["schemas"]["DidCreate"];
            };
        };
        responses: {
            /** @description The DID. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Did"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getDid: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                did_id: components["parameters"]["DidId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The DID. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Did"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    retireDid: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                did_id: components["parameters"]["DidId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The DID as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Did"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    updateDid: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                did_id: components["parameters"]["DidId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "region": "pune",
                 *       "carrier": null,
                 *       "reserved": false,
                 *       "pool": "pune"
                 *     }
                 */
                "application/json": components["schemas"]["DidUpdate"];
            };
        };
        responses: {
            /** @description The DID as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "did_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "e164": "+917900000000",
                     *       "country": "IN",
                     *       "pool": "pune",
                     *       "provider_account": "pac_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "region": "pune",
                     *       "carrier": null,
                     *       "reserved": false,
                     *       "status": "active",
                     *       "livemode": true,
                     *       "suspended": null,
                     *       "provisioning": {
                     *         "status": "ready",
                     *         "reason": null
                     *       },
                     *       "live_bindings": 31,
                     *       "health": {
                     *         "score": 0.94,
                     *         "calls": 212,
                     *         "answered": 131,
                     *         "short": 4,
                     *         "measured_at": "2026-06-08T06:07:34.130Z"
                     *       },
                     *       "created_at": "2026-05-08T06:07:34.130Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Did"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listSessions: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                /** @description The id of the last object of the page before. */
                starting_after?: components["parameters"]["StartingAfter"];
                status?: components["schemas"]["SessionStatus"];
                transaction_ref?: string;
                /** @description Only those of a listing's buyers. */
                listing?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of sessions, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createSession: {
        parameters: {
            query?: never;
            header: {
                /** @description As everywhere, but required here, so that a lost answer never allocates, or rings, twice. */
                "Idempotency-Key": components["parameters"]["IdempotencyKeyRequired"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "transaction_ref": "ride-4711",
                 *       "pool": "default",
                 *       "expires_in_seconds": 3600,
                 *       "parties": {
                 *         "a": {
                 *           "phone": "+919800000001",
                 *           "role": "driver"
                 *         },
                 *         "b": {
                 *           "phone": "+919800000002",
                 *           "role": "rider"
                 *         }
                 *       },
                 *       "voice": {
                 *         "greeting": {
                 *           "a": {
                 *             "text": "Connecting you to your rider."
                 *           }
                 *         },
                 *         "whisper": {
                 *           "b": {
                 *             "text": "Your {{role}} for order {{transaction_ref}}."
                 *           }
                 *         },
                 *         "record": {
                 *           "enabled": true
                 *         }
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["SessionCreate"];
            };
        };
        responses: {
            /** @description The session with its masking numbers. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ses_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "status": "active",
                     *       "livemode": true,
                     *       "transaction_ref": "ride-4711",
                     *       "pool": "default",
                     *       "direction": "both",
                     *       "expires_at": "2026-06-08T07:07:34.130Z",
                     *       "ended_at": null,
                     *       "after_end": [],
                     *       "grace_ends_at": null,
                     *       "allocation": {
                     *         "steps": [
                     *           {
                     *             "step": "pool",
                     *             "pool": "default",
                     *             "outcome": "found"
                     *           }
                     *         ],
                     *         "reasons": {
                     *           "a": [
                     *             "never_held"
                     *           ],
                     *           "b": [
                     *             "released_longest_ago"
                     *           ]
                     *         }
                     *       },
                     *       "cooling_seconds": 86400,
                     *       "ring_timeout_seconds": 30,
                     *       "max_call_seconds": 3600,
                     *       "sliding_seconds": null,
                     *       "max_calls": null,
                     *       "calls_made": 0,
                     *       "end_after_first_call": false,
                     *       "voice": {
                     *         "greeting": {
                     *           "a": {
                     *             "text": "Connecting you to your rider."
                     *           }
                     *         },
                     *         "whisper": {
                     *           "b": {
                     *             "text": "Your {{role}} for order {{transaction_ref}}."
                     *           }
                     *         },
                     *         "record": {
                     *           "enabled": true
                     *         }
                     *       },
                     *       "parties": {
                     *         "a": {
                     *           "role": "driver",
                     *           "phone_last4": "0001",
                     *           "phones_last4": [
                     *             "0001"
                     *           ],
                     *           "masking_number": "+917900000000"
                     *         },
                     *         "b": {
                     *           "role": "rider",
                     *           "phone_last4": "0002",
                     *           "phones_last4": [
                     *             "0002"
                     *           ],
                     *           "masking_number": "+917900000001"
                     *         }
                     *       },
                     *       "metadata": {},
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "updated_at": "2026-06-08T06:07:34.130Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Session"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createSessions: {
        parameters: {
            query?: never;
            header: {
                /** @description As everywhere, but required here, so that a lost answer never allocates, or rings, twice. */
                "Idempotency-Key": components["parameters"]["IdempotencyKeyRequired"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "sessions": [
                 *         {
                 *           "transaction_ref": "ride-4711",
                 *           "parties": {
                 *             "a": {
                 *               "phone": "+919800000001"
                 *             },
                 *             "b": {
                 *               "phone": "+919800000002"
                 *             }
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["SessionBatch"];
            };
        };
        responses: {
            /** @description A result for each item, in its place. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionBatchResult"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session_id: components["parameters"]["SessionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    updateSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session_id: components["parameters"]["SessionId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SessionUpdate"];
            };
        };
        responses: {
            /** @description The session as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                session_id: components["parameters"]["SessionId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "immediately": true
                 *     }
                 */
                "application/json": components["schemas"]["SessionEnd"];
            };
        };
        responses: {
            /** @description The session, ended or in grace. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createSessionCall: {
        parameters: {
            query?: never;
            header: {
                /** @description As everywhere, but required here, so that a lost answer never allocates, or rings, twice. */
                "Idempotency-Key": components["parameters"]["IdempotencyKeyRequired"];
            };
            path: {
                session_id: components["parameters"]["SessionId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "from": "a"
                 *     }
                 */
                "application/json": components["schemas"]["SessionCall"];
            };
        };
        responses: {
            /** @description The call, about to be placed. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "call_01980f3a70007d2e9f10a1b2c3d4e5f6",
                     *       "livemode": true,
                     *       "direction": "outbound",
                     *       "session": "ses_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "did": "+917900000000",
                     *       "caller_party": "a",
                     *       "decision": "bridge",
                     *       "reason": "live_binding",
                     *       "status": "ringing",
                     *       "answered": false,
                     *       "duration_seconds": null,
                     *       "hangup_cause": null,
                     *       "hangup": null,
                     *       "has_recording": false,
                     *       "rating": null,
                     *       "confirmed_by": null,
                     *       "trace": [
                     *         {
                     *           "rule": "did",
                     *           "outcome": "pass",
                     *           "detail": "The dialled number is a DID of the tenant and active."
                     *         }
                     *       ],
                     *       "started_at": "2026-06-08T06:07:34.412Z",
                     *       "answered_at": null,
                     *       "ended_at": null
                     *     }
                     */
                    "application/json": components["schemas"]["Call"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    rehomeSession: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                session_id: components["parameters"]["SessionId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "allocation": {
                 *         "regions": [
                 *           "pune"
                 *         ]
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["SessionRehome"];
            };
        };
        responses: {
            /** @description The session with its new masking numbers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listListings: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                /** @description The id of the last object of the page before. */
                starting_after?: components["parameters"]["StartingAfter"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Listings, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListingList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createListing: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "transaction_ref": "flat-12",
                 *       "seller": {
                 *         "phone": "+919800000001"
                 *       },
                 *       "expires_in_seconds": 2592000
                 *     }
                 */
                "application/json": components["schemas"]["ListingCreate"];
            };
        };
        responses: {
            /** @description The listing with its masking number. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "lst_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "livemode": true,
                     *       "status": "active",
                     *       "masking_number": "+917900000000",
                     *       "pool": "default",
                     *       "transaction_ref": "flat-12",
                     *       "seller": {
                     *         "role": null,
                     *         "phone_last4": "0001"
                     *       },
                     *       "expires_at": "2026-07-08T06:07:34.130Z",
                     *       "ended_at": null,
                     *       "cooling_seconds": null,
                     *       "ring_timeout_seconds": 30,
                     *       "max_call_seconds": 3600,
                     *       "voice": {},
                     *       "buyers": 0,
                     *       "metadata": {},
                     *       "created_at": "2026-06-08T06:07:34.130Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Listing"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getListing: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                listing_id: components["parameters"]["ListingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The listing. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listing"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    endListing: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                listing_id: components["parameters"]["ListingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The listing, ended. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listing"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    reopenSession: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                session_id: components["parameters"]["SessionId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "expires_in_seconds": 1800
                 *     }
                 */
                "application/json": components["schemas"]["SessionReopen"];
            };
        };
        responses: {
            /** @description The session, active, with the masking numbers that it had. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listBlocks: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                /** @description The id of the last object of the page before. */
                starting_after?: components["parameters"]["StartingAfter"];
                /** @description Only blocks that are in this state now. */
                status?: components["schemas"]["BlockStatus"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of blocks, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BlockList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createBlock: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "phone": "+919800000001",
                 *       "towards": "+919800000002",
                 *       "direction": "from",
                 *       "reason": "Reported by the rider",
                 *       "expires_in_seconds": 2592000
                 *     }
                 */
                "application/json": components["schemas"]["BlockCreate"];
            };
        };
        responses: {
            /** @description The block. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Block"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getBlock: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                block_id: components["parameters"]["BlockId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The block. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Block"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    liftBlock: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                block_id: components["parameters"]["BlockId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The block as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "blk_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "livemode": true,
                     *       "phone_last4": "0001",
                     *       "towards_last4": "0002",
                     *       "pool": null,
                     *       "direction": "from",
                     *       "reason": "Reported by the rider",
                     *       "status": "lifted",
                     *       "expires_at": "2026-07-08T06:07:34.130Z",
                     *       "created_by": "key_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "lifted_by": "key_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "lifted_at": "2026-06-09T06:07:34.130Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Block"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listOutOfSessionPolicies: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                /** @description The id of the last object of the page before. */
                starting_after?: components["parameters"]["StartingAfter"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of policies, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutOfSessionRuleList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    setOutOfSessionPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "pool": "default",
                 *       "action": "ask",
                 *       "url": "https://hooks.acme.example/caller",
                 *       "on_failure": "forward",
                 *       "forward_to": "+911140000000",
                 *       "time_limit_seconds": 900
                 *     }
                 */
                "application/json": components["schemas"]["OutOfSessionRuleSet"];
            };
        };
        responses: {
            /** @description The policy as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutOfSessionRuleWithSecret"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    removeOutOfSessionPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                policy_id: components["parameters"]["PolicyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The policy as it was. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutOfSessionRule"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    rotateOutOfSessionSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                policy_id: components["parameters"]["PolicyId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "overlap_seconds": 86400
                 *     }
                 */
                "application/json": components["schemas"]["WebhookSecretRotate"];
            };
        };
        responses: {
            /** @description The policy, with its new secret. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutOfSessionRuleWithSecret"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    explainRoute: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "to": "+917900000000",
                 *       "from": "+919800000001"
                 *     }
                 */
                "application/json": components["schemas"]["RouteQuestion"];
            };
        };
        responses: {
            /** @description The decision and the rules that led to it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "decision": "bridge",
                     *       "reason": "live_binding",
                     *       "session": "ses_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "caller_id": "+917900000001",
                     *       "trace": [
                     *         {
                     *           "rule": "did",
                     *           "outcome": "pass",
                     *           "detail": "The dialled number is an active DID of this tenant."
                     *         },
                     *         {
                     *           "rule": "binding",
                     *           "outcome": "match",
                     *           "detail": "The caller is party a of the session."
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["RouteExplanation"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listCalls: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                /** @description The id of the last object of the page before. */
                starting_after?: components["parameters"]["StartingAfter"];
                /** @description Only calls of this session. */
                session?: string;
                /** @description Only calls to this DID, by its id or its number. */
                did?: string;
                /** @description Only calls that are in this state now. */
                status?: components["schemas"]["CallStatus"];
                /** @description Only calls of this party. */
                caller_party?: "a" | "b";
                /** @description Only calls that came at this time or later. Filters that few calls fit are best given with it. */
                started_from?: string;
                /** @description Only calls that came before this time. */
                started_to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of calls, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getCall: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                call_id: components["parameters"]["CallId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The call. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "call_01980f3a70007d2e9f10a1b2c3d4e5f6",
                     *       "livemode": true,
                     *       "direction": "inbound",
                     *       "session": "ses_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "did": "+917900000000",
                     *       "caller_party": "a",
                     *       "decision": "bridge",
                     *       "reason": "live_binding",
                     *       "status": "completed",
                     *       "answered": true,
                     *       "duration_seconds": 21,
                     *       "hangup_cause": "NORMAL_CLEARING",
                     *       "hangup": {
                     *         "reason": "callee_hung_up",
                     *         "code": 4000,
                     *         "source": "Callee"
                     *       },
                     *       "has_recording": false,
                     *       "rating": null,
                     *       "confirmed_by": "cdr",
                     *       "trace": [
                     *         {
                     *           "rule": "did",
                     *           "outcome": "pass",
                     *           "detail": "The dialled number is an active DID of this tenant."
                     *         }
                     *       ],
                     *       "started_at": "2026-06-08T06:07:34.412Z",
                     *       "answered_at": "2026-06-08T06:07:45.000Z",
                     *       "ended_at": "2026-06-08T06:07:56.000Z",
                     *       "cost": {
                     *         "amount_micros": 900000,
                     *         "currency": "INR"
                     *       },
                     *       "legs": [
                     *         {
                     *           "id": "11111111-2222-3333-4444-555555555555",
                     *           "side": "A",
                     *           "party": "a",
                     *           "position": null,
                     *           "phone_last4": "0001",
                     *           "started_at": "2026-06-08T06:07:34.000Z",
                     *           "answered_at": "2026-06-08T06:07:35.000Z",
                     *           "ended_at": "2026-06-08T06:07:56.000Z",
                     *           "duration_seconds": 21,
                     *           "billed_seconds": 60,
                     *           "hangup": {
                     *             "reason": "hung_up_by_us",
                     *             "code": 4000,
                     *             "cause": "NORMAL_CLEARING",
                     *             "name": "Normal Hangup",
                     *             "source": "Answer XML"
                     *           },
                     *           "cost": {
                     *             "amount": "0.45",
                     *             "amount_micros": 450000,
                     *             "currency": "INR"
                     *           },
                     *           "confirmed_by": "cdr"
                     *         },
                     *         {
                     *           "id": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
                     *           "side": "B",
                     *           "party": "b",
                     *           "position": 1,
                     *           "phone_last4": "0002",
                     *           "started_at": "2026-06-08T06:07:38.000Z",
                     *           "answered_at": "2026-06-08T06:07:45.000Z",
                     *           "ended_at": "2026-06-08T06:07:56.000Z",
                     *           "duration_seconds": 11,
                     *           "billed_seconds": 60,
                     *           "hangup": {
                     *             "reason": "callee_hung_up",
                     *             "code": 4000,
                     *             "cause": "NORMAL_CLEARING",
                     *             "name": "Normal Hangup",
                     *             "source": "Callee"
                     *           },
                     *           "cost": {
                     *             "amount": "0.45",
                     *             "amount_micros": 450000,
                     *             "currency": "INR"
                     *           },
                     *           "confirmed_by": "cdr"
                     *         }
                     *       ],
                     *       "timeline": [
                     *         {
                     *           "at": "2026-06-08T06:07:34.412Z",
                     *           "kind": "answer",
                     *           "leg": null,
                     *           "said": {
                     *             "last4": "0001"
                     *           }
                     *         },
                     *         {
                     *           "at": "2026-06-08T06:07:45.180Z",
                     *           "kind": "dial_answer",
                     *           "leg": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
                     *           "said": {
                     *             "position": 1,
                     *             "last4": "0002"
                     *           }
                     *         },
                     *         {
                     *           "at": "2026-06-08T06:07:56.498Z",
                     *           "kind": "hangup",
                     *           "leg": null,
                     *           "said": {
                     *             "status": "completed",
                     *             "duration_seconds": 21,
                     *             "billed_seconds": 60,
                     *             "cause": "NORMAL_CLEARING",
                     *             "code": 4000
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["CallDetail"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    hangUpCall: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                call_id: components["parameters"]["CallId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The call. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "call_01980f3a70007d2e9f10a1b2c3d4e5f6",
                     *       "livemode": true,
                     *       "direction": "inbound",
                     *       "session": "ses_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "did": "+917900000000",
                     *       "caller_party": "a",
                     *       "decision": "bridge",
                     *       "reason": "live_binding",
                     *       "status": "in_progress",
                     *       "answered": true,
                     *       "duration_seconds": null,
                     *       "hangup_cause": null,
                     *       "hangup": null,
                     *       "has_recording": false,
                     *       "rating": null,
                     *       "confirmed_by": null,
                     *       "trace": [
                     *         {
                     *           "rule": "did",
                     *           "outcome": "pass",
                     *           "detail": "The dialled number is a DID of the tenant and active."
                     *         }
                     *       ],
                     *       "started_at": "2026-06-08T06:07:34.412Z",
                     *       "answered_at": "2026-06-08T06:07:45.000Z",
                     *       "ended_at": null
                     *     }
                     */
                    "application/json": components["schemas"]["Call"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getAnnouncements: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All announcements of the calling key's mode, by key and language. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "key": "over",
                     *           "language": "en-IN",
                     *           "text": "Your Acme ride is over. Please write to us in the app.",
                     *           "own": true
                     *         },
                     *         {
                     *           "key": "over",
                     *           "language": "ta-IN",
                     *           "audio_url": "https://cdn.example.com/over-ta.mp3",
                     *           "own": true
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["AnnouncementList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    setAnnouncements: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "announcements": [
                 *         {
                 *           "key": "over",
                 *           "language": "en-IN",
                 *           "text": "Your Acme ride is over. Please write to us in the app."
                 *         },
                 *         {
                 *           "key": "over",
                 *           "language": "ta-IN",
                 *           "audio_url": "https://cdn.example.com/over-ta.mp3"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["AnnouncementsSet"];
            };
        };
        responses: {
            /** @description All announcements as they are now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AnnouncementList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getUsage: {
        parameters: {
            query?: {
                /** @description From this time on; when absent, the beginning of the running month. */
                start?: components["parameters"]["UsageStart"];
                /** @description Before this time; when absent, now. */
                end?: components["parameters"]["UsageEnd"];
                /** @description How long each period is. Of hours, 31 days can be asked for at once; of days, 366. */
                granularity?: "hour" | "day" | "month";
                group_by?: "pool" | "did" | "transaction_ref";
                /** @description Only what went through DIDs of this pool, by its id. */
                pool?: components["parameters"]["UsagePool"];
                /** @description Only what went through this DID, by its id. */
                did?: components["parameters"]["UsageDid"];
                /** @description Only what belongs to sessions of this transaction. */
                transaction_ref?: components["parameters"]["UsageTransactionRef"];
                /** @description Most rows; when there are more, `truncated` says so, and a shorter time or a filter shows them. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The sums. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "start": "2026-06-01T00:00:00.000Z",
                     *       "end": "2026-06-08T06:07:34.130Z",
                     *       "granularity": "day",
                     *       "data": [
                     *         {
                     *           "period_start": "2026-06-08T00:00:00.000Z",
                     *           "kind": "call",
                     *           "pool": null,
                     *           "did": null,
                     *           "transaction_ref": null,
                     *           "quantity": 3,
                     *           "billable_quantity": 2,
                     *           "seconds": 73,
                     *           "billed_seconds": 180,
                     *           "currency": "INR",
                     *           "amount": 135
                     *         }
                     *       ],
                     *       "truncated": false
                     *     }
                     */
                    "application/json": components["schemas"]["UsageSums"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listUsageRecords: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                /** @description The id of the last object of the page before. */
                starting_after?: components["parameters"]["StartingAfter"];
                /** @description From this time on; when absent, the beginning of the running month. */
                start?: components["parameters"]["UsageStart"];
                /** @description Before this time; when absent, now. */
                end?: components["parameters"]["UsageEnd"];
                kind?: components["parameters"]["UsageKind"];
                /** @description Only lines of this call. */
                call?: components["parameters"]["UsageCall"];
                /** @description Only what went through DIDs of this pool, by its id. */
                pool?: components["parameters"]["UsagePool"];
                /** @description Only what went through this DID, by its id. */
                did?: components["parameters"]["UsageDid"];
                /** @description Only what belongs to sessions of this transaction. */
                transaction_ref?: components["parameters"]["UsageTransactionRef"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of lines, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "use_01980f3a75007d2e9f10a1b2c3d4e5f6",
                     *           "kind": "call",
                     *           "entry": "charge",
                     *           "livemode": true,
                     *           "corrects": null,
                     *           "occurred_at": "2026-06-08T06:07:34.130Z",
                     *           "recorded_at": "2026-06-08T06:08:01.412Z",
                     *           "call": {
                     *             "id": "call_01980f3a70007d2e9f10a1b2c3d4e5f6",
                     *             "status": "completed",
                     *             "decision": "bridge",
                     *             "started_at": "2026-06-08T06:07:34.130Z",
                     *             "ended_at": "2026-06-08T06:07:56.000Z",
                     *             "confirmed_by": "cdr"
                     *           },
                     *           "session": "ses_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *           "transaction_ref": "ride-4711",
                     *           "did": "did_01980f3a60007d2e9f10a1b2c3d4e5f6",
                     *           "pool": "pool_01980f3a50007d2e9f10a1b2c3d4e5f6",
                     *           "subject": "call_01980f3a70007d2e9f10a1b2c3d4e5f6",
                     *           "destination": "IN",
                     *           "billable": true,
                     *           "reason": null,
                     *           "quantity": 1,
                     *           "seconds": 11,
                     *           "billed_seconds": 60,
                     *           "legs": {
                     *             "caller_seconds": 21,
                     *             "talked_seconds": [
                     *               11
                     *             ]
                     *           },
                     *           "currency": "INR",
                     *           "amount": 45,
                     *           "plan": "plan_01980f3a40007d2e9f10a1b2c3d4e5f6",
                     *           "rate": "calls/IN",
                     *           "source": "event"
                     *         }
                     *       ],
                     *       "has_more": false
                     *     }
                     */
                    "application/json": components["schemas"]["UsageRecordList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    exportUsageRecords: {
        parameters: {
            query?: {
                /** @description From this time on; when absent, the beginning of the running month. */
                start?: components["parameters"]["UsageStart"];
                /** @description Before this time; when absent, now. */
                end?: components["parameters"]["UsageEnd"];
                kind?: components["parameters"]["UsageKind"];
                /** @description Only lines of this call. */
                call?: components["parameters"]["UsageCall"];
                /** @description Only what went through DIDs of this pool, by its id. */
                pool?: components["parameters"]["UsagePool"];
                /** @description Only what went through this DID, by its id. */
                did?: components["parameters"]["UsageDid"];
                /** @description Only what belongs to sessions of this transaction. */
                transaction_ref?: components["parameters"]["UsageTransactionRef"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The lines. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example id,kind,entry,corrects,occurred_at,recorded_at,call,session,transaction_ref,did,pool,subject,destination,billable,reason,quantity,seconds,billed_seconds,currency,amount,plan,rate,source
                     *     use_01980f3a75007d2e9f10a1b2c3d4e5f6,call,charge,,2026-06-08T06:07:34.130Z,2026-06-08T06:08:01.412Z,call_01980f3a70007d2e9f10a1b2c3d4e5f6,ses_01980f3a6b7c7d2e9f10a1b2c3d4e5f6,ride-4711,did_01980f3a60007d2e9f10a1b2c3d4e5f6,pool_01980f3a50007d2e9f10a1b2c3d4e5f6,call_01980f3a70007d2e9f10a1b2c3d4e5f6,IN,true,,1,11,60,INR,45,plan_01980f3a40007d2e9f10a1b2c3d4e5f6,calls/IN,event
                     *     # complete,1
                     */
                    "text/csv": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    estimateUsage: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The estimate. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "month": "2026-06",
                     *       "as_of": "2026-06-08T06:07:34.130Z",
                     *       "data": [
                     *         {
                     *           "currency": "INR",
                     *           "recorded": 1350,
                     *           "adjustments": -900,
                     *           "amount": 450
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["UsageEstimate"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listPlans: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                /** @description The id of the last object of the page before. */
                starting_after?: components["parameters"]["StartingAfter"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of plans, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createPlan: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "standard",
                 *       "currency": "INR",
                 *       "terms": {
                 *         "calls": [
                 *           {
                 *             "destination": "IN",
                 *             "price_per_minute_micros": 450000,
                 *             "initial_seconds": 60,
                 *             "increment_seconds": 60
                 *           },
                 *           {
                 *             "destination": "*",
                 *             "price_per_minute_micros": 9000000,
                 *             "initial_seconds": 30,
                 *             "increment_seconds": 6
                 *           }
                 *         ],
                 *         "recordings": {
                 *           "price_per_minute_micros": 100000,
                 *           "initial_seconds": 60,
                 *           "increment_seconds": 60
                 *         },
                 *         "did_months": [
                 *           {
                 *             "country": "*",
                 *             "price_micros": 500000000
                 *           }
                 *         ]
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["PlanCreate"];
            };
        };
        responses: {
            /** @description The plan. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getPlan: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plan_id: components["parameters"]["PlanId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The plan. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getPlanAssignments: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest 100, the last to begin first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanAssignmentList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    assignPlan: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "plan": "plan_01980f3a40007d2e9f10a1b2c3d4e5f6"
                 *     }
                 */
                "application/json": components["schemas"]["PlanAssign"];
            };
        };
        responses: {
            /** @description What holds from then on. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "plan": "plan_01980f3a40007d2e9f10a1b2c3d4e5f6",
                     *       "valid_from": "2026-06-08T06:07:34.130Z",
                     *       "valid_until": null
                     *     }
                     */
                    "application/json": components["schemas"]["PlanAssignment"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listEvents: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                /** @description Only what comes after this event. */
                after?: string;
                /** @description Only events of these types; to be given several times. */
                types?: components["schemas"]["EventType"][];
                /** @description Only events of this session. */
                session?: string;
                /** @description How long to wait when there is nothing yet. */
                wait_seconds?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events, oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *           "type": "session.created",
                     *           "version": 1,
                     *           "livemode": true,
                     *           "created_at": "2026-06-08T06:07:34.130Z",
                     *           "session": "ses_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *           "call": null,
                     *           "sequence": 1,
                     *           "data": {
                     *             "transaction_ref": "ride-4711",
                     *             "pool": "pool_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *             "expires_at": "2026-06-08T07:07:34.130Z"
                     *           }
                     *         }
                     *       ],
                     *       "has_more": false,
                     *       "next_after": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6"
                     *     }
                     */
                    "application/json": components["schemas"]["EventList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    streamEvents: {
        parameters: {
            query?: {
                /** @description Only what comes after this event; `latest` leaves out all that there is already. Without it, from the oldest. */
                after?: string;
                /** @description Only events of these types; to be given several times. */
                types?: components["schemas"]["EventType"][];
                /** @description Only events of this session. */
                session?: string;
            };
            header?: {
                /** @description Only what comes after this event. Goes before `after`. */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events, oldest first, until the stream ends. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example retry: 2000
                     *
                     *     : still here
                     *     id: evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f5
                     *
                     *     id: evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6
                     *     event: api_key.revoked
                     *     data: {"id":"evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6","type":"api_key.revoked","version":1,"livemode":true,"created_at":"2026-06-08T06:07:34.130Z","session":null,"call":null,"sequence":null,"data":{"api_key":"key_01980f3a6b7c7d2e9f10a1b2c3d4e5f6"}}
                     */
                    "text/event-stream": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                event_id: components["parameters"]["EventId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The event. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listWebhookEndpoints: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                /** @description The id of the last object of the page before. */
                starting_after?: components["parameters"]["StartingAfter"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of endpoints, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpointList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "url": "https://hooks.acme.example/maskplane",
                 *       "types": [
                 *         "session.ended",
                 *         "call.completed"
                 *       ],
                 *       "ordering": "session"
                 *     }
                 */
                "application/json": components["schemas"]["WebhookEndpointCreate"];
            };
        };
        responses: {
            /** @description The endpoint, with its secret. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "whe_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "livemode": true,
                     *       "url": "https://hooks.acme.example/maskplane",
                     *       "description": null,
                     *       "types": [
                     *         "session.ended",
                     *         "call.completed"
                     *       ],
                     *       "ordering": "session",
                     *       "max_concurrency": 5,
                     *       "status": "enabled",
                     *       "disabled_reason": null,
                     *       "failing_since": null,
                     *       "held_until": null,
                     *       "previous_secret_expires_at": null,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "updated_at": "2026-06-08T06:07:34.130Z",
                     *       "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookEndpointWithSecret"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook_endpoint_id: components["parameters"]["WebhookEndpointId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The endpoint. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpoint"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    deleteWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook_endpoint_id: components["parameters"]["WebhookEndpointId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone, and its deliveries with it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "whe_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "deleted": true
                     *     }
                     */
                    "application/json": components["schemas"]["Deleted"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    updateWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook_endpoint_id: components["parameters"]["WebhookEndpointId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "status": "enabled"
                 *     }
                 */
                "application/json": components["schemas"]["WebhookEndpointUpdate"];
            };
        };
        responses: {
            /** @description The endpoint as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpoint"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                webhook_endpoint_id: components["parameters"]["WebhookEndpointId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "overlap_seconds": 86400
                 *     }
                 */
                "application/json": components["schemas"]["WebhookSecretRotate"];
            };
        };
        responses: {
            /** @description The endpoint, with its new secret. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "whe_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "livemode": true,
                     *       "url": "https://hooks.acme.example/maskplane",
                     *       "description": null,
                     *       "types": [
                     *         "session.ended",
                     *         "call.completed"
                     *       ],
                     *       "ordering": "session",
                     *       "max_concurrency": 5,
                     *       "status": "enabled",
                     *       "disabled_reason": null,
                     *       "failing_since": null,
                     *       "held_until": null,
                     *       "previous_secret_expires_at": "2026-06-09T06:07:34.130Z",
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "updated_at": "2026-06-08T06:07:34.130Z",
                     *       "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookEndpointWithSecret"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    testWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                webhook_endpoint_id: components["parameters"]["WebhookEndpointId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is on its way. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "event": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6"
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookTest"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listWebhookDeliveries: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                /** @description The id of the last object of the page before. */
                starting_after?: components["parameters"]["StartingAfter"];
                status?: components["schemas"]["WebhookDeliveryStatus"];
                /** @description Only deliveries of this event. */
                event?: string;
            };
            header?: never;
            path: {
                webhook_endpoint_id: components["parameters"]["WebhookEndpointId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of deliveries, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDeliveryList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getWebhookDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook_endpoint_id: components["parameters"]["WebhookEndpointId"];
                webhook_delivery_id: components["parameters"]["WebhookDeliveryId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "whd_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "endpoint": "whe_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "event": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "session": "ses_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "trigger": "event",
                     *       "status": "pending",
                     *       "attempt_count": 1,
                     *       "next_attempt_at": "2026-06-08T06:07:39.610Z",
                     *       "last_status": 503,
                     *       "last_error": null,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "finished_at": null,
                     *       "attempts": [
                     *         {
                     *           "number": 1,
                     *           "at": "2026-06-08T06:07:34.410Z",
                     *           "duration_ms": 42,
                     *           "status": 503,
                     *           "error": null
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookDeliveryWithAttempts"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    redeliverWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                webhook_endpoint_id: components["parameters"]["WebhookEndpointId"];
                webhook_delivery_id: components["parameters"]["WebhookDeliveryId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery that sends it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "whd_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "endpoint": "whe_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "event": "evt_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "session": "ses_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "trigger": "redelivery",
                     *       "status": "pending",
                     *       "attempt_count": 0,
                     *       "next_attempt_at": "2026-06-08T06:07:39.610Z",
                     *       "last_status": null,
                     *       "last_error": null,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "finished_at": null
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    replayWebhooks: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                webhook_endpoint_id: components["parameters"]["WebhookEndpointId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "since": "2026-06-07T00:00:00.000Z",
                 *       "until": "2026-06-08T00:00:00.000Z",
                 *       "only_failed": true
                 *     }
                 */
                "application/json": components["schemas"]["WebhookReplayCreate"];
            };
        };
        responses: {
            /** @description The replay, with the number of events in its range. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "whr_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "endpoint": "whe_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "since": "2026-06-07T00:00:00.000Z",
                     *       "until": "2026-06-08T00:00:00.000Z",
                     *       "types": null,
                     *       "only_failed": true,
                     *       "status": "running",
                     *       "events": 1250,
                     *       "looked_at": 0,
                     *       "queued": 0,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "finished_at": null
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookReplay"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getWebhookReplay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook_endpoint_id: components["parameters"]["WebhookEndpointId"];
                webhook_replay_id: components["parameters"]["WebhookReplayId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How far it is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "whr_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "endpoint": "whe_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *       "since": "2026-06-07T00:00:00.000Z",
                     *       "until": "2026-06-08T00:00:00.000Z",
                     *       "types": null,
                     *       "only_failed": true,
                     *       "status": "running",
                     *       "events": 1250,
                     *       "looked_at": 500,
                     *       "queued": 12,
                     *       "created_at": "2026-06-08T06:07:34.130Z",
                     *       "finished_at": null
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookReplay"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    vobizWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The secret of the provider account, from its `webhook_url`. */
                token: components["parameters"]["WebhookToken"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "Event": "StartApp",
                 *       "CallUUID": "11111111-2222-3333-4444-555555555555",
                 *       "From": "919800000001",
                 *       "To": "07900000000",
                 *       "Direction": "inbound",
                 *       "CallStatus": "ringing"
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["VobizEvent"];
            };
        };
        responses: {
            200: components["responses"]["TelephonyXml"];
            default: components["responses"]["RefusedXml"];
        };
    };
    vobizCallEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The secret of the provider account, from its `webhook_url`. */
                token: components["parameters"]["WebhookToken"];
                tenant_id: components["parameters"]["TenantId"];
                call_id: components["parameters"]["CallId"];
                /**
                 * @description `dial` is the Dial action and `leg` the per-leg callback, `dial-2` and `leg-2` those of a party's second phone;
                 *     `whisper` is fetched for whoever picks up; `digits` takes a rating, `record` and `voicemail` what is recorded;
                 *     `answer` and `hangup` are those of a call that we placed.
                 */
                leg_event: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["VobizEvent"];
            };
        };
        responses: {
            200: components["responses"]["TelephonyXml"];
            default: components["responses"]["RefusedXml"];
        };
    };
    livez: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description It is starting or draining. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    openapiDocument: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description This document. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/yaml": string;
                };
            };
        };
    };
    docs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
        };
    };
    errorPage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/markdown": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listDeadJobs: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                /** @description The id of the last object of the page before. */
                starting_after?: components["parameters"]["StartingAfter"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of dead jobs, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "job_000000000000002a",
                     *           "task": "deliver",
                     *           "tenant": "ten_01980f3a6b7c7d2e9f10a1b2c3d4e5f6",
                     *           "attempts": 25,
                     *           "last_error": "It was not done within 300 s.",
                     *           "created_at": "2026-06-08T06:07:34.130Z",
                     *           "failed_at": "2026-06-12T09:41:02.006Z"
                     *         }
                     *       ],
                     *       "has_more": false
                     *     }
                     */
                    "application/json": components["schemas"]["DeadJobList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    deleteDeadJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                job_id: components["parameters"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job as it was. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadJob"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    retryDeadJob: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 printable characters, bare or as a quoted string. The same key and body get the same answer. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                job_id: components["parameters"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job as it was. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadJob"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
}
